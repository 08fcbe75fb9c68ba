/** Which sets of channels, sets of parts and attributes the store has already, and numbers for those that it has not. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { eachAttributeRow, channelRowsOf, partRowsOf, type Row } from '../rows.ts';
import type { ExrReport } from '../../report/index.ts';
import { appendRows, type StoredRow } from './append.ts';
import { ATTRIBUTE_VALUES, CHANNEL_SETS, CONTENT_KEYS, FILE_ATTRIBUTES, PART_SETS, type StoredColumn, type StoredTable } from './ddl.ts';
import { duckdb } from './gate.ts';

/** What a connection that writes remembers between transactions. It is alone in the file for as long as it is open, and goes with the first error. */
export interface Session {
  /** Columns of each table in the order in which they stand in the file. */
  readonly columns: ReadonlyMap<string, readonly StoredColumn[]>;
  /** Contents by key. */
  readonly known: Map<string, number>;
  /** The next number for a file or a content. */
  next: number;
}

/** One thing that a file has: `make` gives its rows. A null key: nobody else is likely to have it. */
interface Piece {
  readonly table: StoredTable;
  readonly key: string | null;
  readonly make: () => readonly Row[];
}
interface Pieces {
  readonly channels: Piece | null;
  readonly parts: Piece | null;
  readonly attributes: readonly Piece[];
}

/** Longer keys are not worth comparing. */
const LONGEST_KEY = 64 * 1024;
/** In a batch of this many files an attribute that only one of them has is taken for one that moves with the frame. */
const LARGE_BATCH = 64;
const REMEMBERED = 100_000;

/** The contents of one batch of files. One use, within one transaction. */
export class Contents {
  private readonly files: Pieces[];
  private readonly ids = new Map<string, number>();
  private readonly fresh = new Map<StoredTable, StoredRow[]>([[CHANNEL_SETS, []], [PART_SETS, []], [ATTRIBUTE_VALUES, []], [FILE_ATTRIBUTES, []]]);
  private made = new Set<string>();

  constructor(private readonly connection: DuckDBConnection, private readonly session: Session, reports: readonly ExrReport[]) {
    this.files = reports.map(piecesOf);
  }

  /** Looks up what is there already. To be called once, first. */
  async resolve(): Promise<void> {
    const times = new Map<string, number>();
    for (const { channels, parts, attributes } of this.files) {
      // Sets are always worth comparing.
      for (const piece of [channels, parts]) if (piece?.key) times.set(piece.key, 2);
      for (const { key } of attributes) if (key !== null) times.set(key, (times.get(key) ?? 0) + 1);
    }
    const { known } = this.session;
    const asked = new Map<bigint, string>();
    for (const [key, count] of times) {
      if (count < 2 && this.files.length >= LARGE_BATCH) continue;
      const id = known.get(key);
      if (id !== undefined) this.ids.set(key, id);
      else asked.set(hashOf(key), key);
    }
    const found = await this.lookUp([...asked.keys()]);
    const added: StoredRow[] = [];
    for (const [hash, key] of asked) {
      let id = found.get(hash);
      if (id === undefined) {
        id = this.session.next++;
        added.push({ hash, content: id });
        this.made.add(key);
      }
      this.ids.set(key, id);
    }
    if (known.size > REMEMBERED) known.clear();
    for (const [key, id] of this.ids) known.set(key, id);
    await this.append(CONTENT_KEYS, added);
  }

  private async lookUp(hashes: readonly bigint[]): Promise<Map<bigint, number>> {
    if (hashes.length === 0) return new Map();
    const { listValue, LIST, HUGEINT } = await duckdb();
    const result = await this.connection.runAndReadAll('SELECT hash, content FROM content_keys WHERE hash IN (SELECT unnest($1))', [listValue([...hashes])], [LIST(HUGEINT)]);
    return new Map(result.getRowsJS().map(([hash, content]) => [BigInt(hash as bigint), Number(content)]));
  }

  /** The columns of file `i` that say what it has. */
  of(i: number): StoredRow {
    const { channels, parts, attributes } = this.files[i]!;
    const number = this.session.next++;
    const links = this.fresh.get(FILE_ATTRIBUTES)!;
    for (const piece of attributes) links.push({ file: number, content: this.idOf(piece) });
    return { number, channel_set: channels && this.idOf(channels), part_set: parts && this.idOf(parts) };
  }

  private idOf({ table, key, make }: Piece): number {
    let id = key === null ? undefined : this.ids.get(key);
    if (id !== undefined && !this.made.delete(key!)) return id;
    id ??= this.session.next++;
    const rows = this.fresh.get(table)!;
    for (const row of make()) {
      row['content'] = id; // made just now: nobody else has it
      rows.push(row);
    }
    return id;
  }

  /** Hands over the rows that have gathered, so that memory does not grow with the batch. */
  async flush(): Promise<void> {
    for (const [table, rows] of this.fresh) {
      await this.append(table, rows);
      this.fresh.set(table, []);
    }
  }

  private append(table: StoredTable, rows: readonly StoredRow[]): Promise<void> {
    return appendRows(this.connection, table.name, this.session.columns.get(table.name)!, rows);
  }
}

function piecesOf(report: ExrReport): Pieces {
  const attributes: Piece[] = [];
  eachAttributeRow(report, (key, make) => attributes.push({ table: ATTRIBUTE_VALUES, key: short(`a${key}`), make: () => [make()] }));
  const parts = partRowsOf(report);
  return {
    channels: report.channels.length === 0 ? null : { table: CHANNEL_SETS, key: short(channelsKey(report)), make: () => channelRowsOf(report) },
    parts: parts.length === 0 ? null : { table: PART_SETS, key: short(`p${parts.map(keyOf).join('')}`), make: () => parts },
    attributes,
  };
}

const short = (key: string): string | null => (key.length > LONGEST_KEY ? null : key);

/** Rows made by one function have their keys in one order. */
function keyOf(row: Row): string {
  let key = '';
  for (const name in row) key += `${String(row[name])}\0${row[name] === null ? 'n' : ''}\0`;
  return key;
}

function channelsKey({ channels }: ExrReport): string {
  let key = 'c';
  for (const { part_index, name, layer, view, type, x_sampling, y_sampling, p_linear } of channels) key += `${part_index}\0${name}\0${layer}\0${view === null ? '' : `v${view}`}\0${type}\0${x_sampling}\0${y_sampling}\0${p_linear}\0`;
  return key;
}

/** The first 127 bits of the key's sha256. */
function hashOf(key: string): bigint {
  const digest = createHash('sha256').update(key).digest();
  return (digest.readBigUInt64BE(0) >> 1n << 64n) | digest.readBigUInt64BE(8);
}
