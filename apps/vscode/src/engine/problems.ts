/** What is wrong with a file as entries for the Problems panel. */
import { missingText, type ExrReport, append } from '@exr/core';
import type { StructureAnswer } from '../shared/protocol.ts';
import { withoutName } from '../shared/said.ts';
import type { Fault } from './session.ts';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'information';
}

/** One entry would do for a cut file's hundred chunks: what is said of each kind is said once. */
const MOST = 100;

/** The worst first, each once. `structure` null: only what the headers say. `faults`: what decoding has found so far. */
export function problemsOf(report: ExrReport, structure: StructureAnswer | null, faults: readonly Fault[] = []): Problem[] {
  const found: Problem[] = report.errors.map(({ code, kind, message }) => ({ code, message, severity: kind === 'format' || kind === 'io' ? 'error' : 'warning' }));
  const rendering = structure?.rendering === true;
  const several = (structure?.structure.parts.length ?? 0) > 1;
  for (const part of structure?.structure.parts ?? []) {
    const where = several ? `part ${part.index}: ` : '';
    const absent = part.chunks - part.present;
    if (absent > 0) {
      found.push({ code: 'MISSING_CHUNKS', message: `${where}${absent} of ${part.chunks} chunks ${absent === 1 ? 'is' : 'are'} missing: ${missingText(part)}`, severity: rendering ? 'information' : 'error' });
    }
    const seen = new Map<string, { first: string; count: number; code: string }>();
    for (const { kind, code, message, count = 1 } of (part['problems'] ?? []) as readonly { kind: string; code: string; message: string; count?: number }[]) {
      const before = seen.get(kind);
      if (before) before.count += count;
      else seen.set(kind, { first: message, count, code });
    }
    for (const { first, count, code } of seen.values()) {
      found.push({ code, message: count > 1 ? `${first} (and ${count - 1} more chunks likewise)` : first, severity: rendering ? 'information' : 'error' });
    }
    if (typeof part['unreadable'] === 'string') found.push({ code: 'UNREADABLE_PART', message: part['unreadable'], severity: 'error' });
  }
  const absentAny = structure?.structure.parts.some((part) => part.present < part.chunks) === true;
  const recovered = Number(structure?.structure['recovered_chunks'] ?? 0);
  if (recovered > 0) found.push({ code: 'BAD_OFFSET_TABLE', message: `the offset table lacks or has wrong ${recovered} ${recovered === 1 ? 'entry' : 'entries'} of chunks that are in the file: "exr verify --fix-table" writes a copy that every reader can open`, severity: rendering ? 'information' : absentAny ? 'error' : 'warning' });
  const trailing = Number(structure?.structure['trailing_bytes'] ?? 0);
  if (trailing > 0) found.push({ code: 'TRAILING_BYTES', message: `${trailing} bytes behind the last chunk belong to nothing`, severity: 'warning' });
  const unreferenced = Number(structure?.structure['unreferenced_bytes'] ?? 0);
  if (unreferenced > 0) found.push({ code: 'UNREFERENCED_BYTES', message: `${unreferenced} bytes between the chunks belong to none`, severity: 'warning' });
  append(found, faults.map((fault): Problem => ({ ...fault, severity: 'error' })));
  append(found, report.notes.map(({ code, message }): Problem => ({ code, message, severity: 'information' })));
  const order = { error: 0, warning: 1, information: 2 } as const;
  // The panel says which file it is about.
  const place = `${report.file.path}: `;
  for (const [i, each] of found.entries()) if (each.message.startsWith(place)) found[i] = { ...each, message: each.message.slice(place.length) };
  const seen = new Set<string>();
  const bare = found.map((each) => ({ ...each, message: withoutName(each.message, report.file.path ?? '') }));
  const once = bare.filter(({ message }) => !seen.has(message) && seen.add(message));
  return once.sort((a, b) => order[a.severity] - order[b.severity]).slice(0, MOST);
}
