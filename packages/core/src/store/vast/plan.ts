/** What a put means for what the store holds: decided before anything is written. */
import { decide, mergeEvents, older, sharedEvents, versionAfter, type Outcome, type StoredVersion } from '../identity.ts';
import { rowsOf, type FileRows, type InspectedFile } from '../rows.ts';
import type { PutResult } from '../types.ts';

/** One row of `files` as it was found. */
export interface Kept extends StoredVersion {
  readonly rowId: bigint;
  readonly file_id: string;
  readonly first_seen: string | null;
  readonly inspection_count: number | null;
}

/** How often a file was looked at, and when last. */
export interface Looks {
  readonly times: number;
  readonly last: string;
}

export interface PutPlan {
  readonly result: PutResult;
  /** File id → place in the batch of the inspection whose rows are written. */
  readonly write: ReadonlyMap<string, number>;
  /** File id → what is added to the counting, for files written and files only looked at. */
  readonly looks: ReadonlyMap<string, Looks>;
  /** File id → what is known of it afterwards. */
  readonly after: ReadonlyMap<string, StoredVersion>;
}

/**
 * @param kept the rows of each file, lowest row id first. More than one is what a lost race left behind: the newest of them decides, and unless the
 * inspection is older still, the file is written anew, whatever it was
 */
export function planPut(incoming: readonly (StoredVersion & { readonly file_id: string })[], kept: ReadonlyMap<string, readonly Kept[]>): PutPlan {
  const current = new Map<string, StoredVersion>([...kept].map(([id, rows]) => [id, newest(rows)]));
  const torn = new Set([...kept].filter(([, rows]) => rows.length > 1).map(([id]) => id));
  const write = new Map<string, number>();
  const looks = new Map<string, Looks>();
  const outcomes = incoming.map((version, i): Outcome => {
    const id = version.file_id;
    const decided = decide(current.get(id), version);
    if (decided === 'stale' || (decided === 'repeated' && !torn.has(id))) return decided;
    const outcome = (decided === 'unchanged' || decided === 'repeated') && torn.delete(id) ? 'changed' : decided;
    const before = looks.get(id);
    looks.set(id, { times: (before?.times ?? 0) + (decided === 'repeated' ? 0 : 1), last: before && before.last > version.last_inspected! ? before.last : version.last_inspected! });
    current.set(id, versionAfter(current.get(id), version, outcome));
    if (outcome === 'unchanged') return outcome;
    torn.delete(id);
    write.set(id, i);
    return outcome;
  });
  const count = (outcome: Outcome): number => outcomes.filter((one) => one === outcome).length;
  return { result: { inserted: count('new'), replaced: count('changed'), unchanged: count('unchanged'), stale: count('stale'), repeated: count('repeated'), outcomes }, write, looks, after: current };
}

/** The newest version; of equal ones the one that has more, then the one with the lowest row id. */
export function newest(rows: readonly Kept[]): Kept {
  return rows.reduce((best, row) => (better(row, best) ? row : best));
}

function better(row: Kept, best: Kept): boolean {
  const same = row.version === best.version && row.header_hash === best.header_hash && row.status === best.status;
  if (!same) return older(best, row) && !older(row, best);
  const has = (one: Kept): number => Number(one.has_stats === true) + Number(one.has_findings === true);
  return has(row) > has(best);
}

/** Every event that any of the rows has counted. */
export const eventsOf = (rows: readonly Kept[]): string | null => rows.reduce<string | null>((events, row) => mergeEvents(events, row.events), null);
/** How often the rows together say that the file was looked at: an event that several of them have counted counts once. */
export function timesSeen(rows: readonly Kept[]): number {
  let [times, events] = [0, null as string | null];
  for (const row of rows) {
    times += (row.inspection_count ?? 0) - sharedEvents(row.events, events);
    events = mergeEvents(events, row.events);
  }
  return times;
}
export const firstSeen = (rows: readonly Kept[]): string | null => rows.reduce<string | null>((first, { first_seen: seen }) => (seen !== null && (first === null || seen < first) ? seen : first), null);
export const lastSeen = (rows: readonly Kept[]): string => rows.reduce((last, { last_inspected: seen }) => (seen !== null && seen > last ? seen : last), '');

/** The rows of a file with what is remembered of its earlier inspections. */
export function rowsWithHistory(file: InspectedFile, now: string, before: readonly Kept[], after: StoredVersion, { times, last }: Looks): FileRows {
  const rows = rowsOf(file.report, file.identity, now);
  const [row] = rows.files;
  return { ...rows, files: [{ ...row!, last_inspected: last, first_seen: firstSeen(before) ?? row!['first_seen']!, inspection_count: timesSeen(before) + times, sequencer: after.sequencer, events: mergeEvents(after.events, eventsOf(before)) }] };
}
