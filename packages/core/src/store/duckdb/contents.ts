/** Which sets of channels, sets of parts, vectors and attributes the store has already, and numbers for those that it has not. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { channelList, withPartLayers, type ChannelList } from '../../channel-list/index.ts';
import { attributeRowsOf, eachAttributeRow, channelRowsOf, partRowsOf, vectorsOf, type Row } from '../rows.ts';
import type { ExrReport } from '../../report/index.ts';
import { appendRows, type StoredRow } from './append.ts';
import { ATTRIBUTE_VALUES, CHANNEL_SETS, CONTENT_KEYS, FILE_ATTRIBUTES, PART_SETS, VECTOR_SETS, type StoredColumn, type StoredTable } from './ddl.ts';
import { duckdb } from './gate.ts';

/** What a connection that writes remembers between transactions. It is alone in the file for as long as it is open, and goes with the first error. */
export class Session {
  private readonly contents = new Map<string, number>();
  private readonly lists = new Map<number, number>();
  private characters = 0;

  constructor(
    /** Columns of each table in the order in which they stand in the file. */
    readonly columns: ReadonlyMap<string, readonly StoredColumn[]>,
    /** The next number for a file or a content. */
    public next: number,
  ) {}

  numberOf({ key, list }: Piece): number | undefined {
    return list ? this.lists.get(list.id) : this.contents.get(key!());
  }

  remember({ key, list }: Piece, id: number): void {
    if (this.contents.size + this.lists.size >= REMEMBERED || this.characters >= REMEMBERED_CHARACTERS) this.forget();
    if (list) this.lists.set(list.id, id);
    else {
      this.contents.set(key!(), id);
      this.characters += key!().length;
    }
  }

  forget(): void {
    this.contents.clear();
    this.lists.clear();
    this.characters = 0;
  }
}

/** Something that files have: channels, parts, vectors or one attribute. Files of one batch that have the same share the object. */
interface Piece {
  readonly table: StoredTable;
  /** A text of everything in it. Null: not worth comparing. */
  readonly key: (() => string) | null;
  /** Of channels: what stands for their key in memory. */
  readonly list?: ChannelList;
  readonly make: () => readonly Row[];
  /** Files of the batch that have it. */
  files: number;
  id: number;
  /** Its rows are still to be written. */
  fresh: boolean;
}
interface Pieces {
  readonly channels: Piece | null;
  readonly parts: Piece | null;
  readonly vectors: Piece | null;
  /** Null: too many to be compared, they are this file's alone. */
  readonly attributes: readonly Piece[] | null;
}

/** Longer keys are not worth comparing. */
const LONGEST_KEY = 64 * 1024;
/** In a batch of this many files an attribute that only one of them has is taken for one that moves with the frame. */
const LARGE_BATCH = 64;
/** A file that has more attributes than any renderer writes: what is kept of each while they are compared would be a kilobyte. */
const MANY_ATTRIBUTES = 4096;
const SLICE = 2048;
const REMEMBERED = 100_000;
const REMEMBERED_CHARACTERS = 2 ** 24;

/** The contents of one batch of files. One use, within one transaction. */
export class Contents {
  private readonly files: Pieces[];
  private readonly lists = new Map<ChannelList, Piece>();
  private readonly pieces = new Map<string, Piece>();
  private readonly rows = new Map<StoredTable, StoredRow[]>([[CHANNEL_SETS, []], [PART_SETS, []], [VECTOR_SETS, []], [ATTRIBUTE_VALUES, []], [FILE_ATTRIBUTES, []]]);

  constructor(private readonly connection: DuckDBConnection, private readonly session: Session, reports: readonly ExrReport[]) {
    this.files = reports.map((report) => this.piecesOf(report));
  }

  private piecesOf(report: ExrReport): Pieces {
    const many = report.parts.reduce((sum, part) => sum + part.attributes.length, 0) > MANY_ATTRIBUTES;
    const attributes: Piece[] | null = many ? null : [];
    if (attributes) eachAttributeRow(report, (key, make) => attributes.push(this.piece(ATTRIBUTE_VALUES, `a${key}`, () => [make()])));
    const parts = partRowsOf(report);
    const vectors = vectorsOf(report);
    return {
      channels: report.channels.length === 0 ? null : this.channels(report),
      parts: parts.length === 0 ? null : this.piece(PART_SETS, `p${parts.map(keyOf).join('')}`, () => parts),
      vectors: vectors && this.piece(VECTOR_SETS, `v${bytesOf(vectors.metadata_embedding)}${bytesOf(vectors.channel_embedding)}`, () => [vectors]),
      attributes,
    };
  }

  private channels(report: ExrReport): Piece {
    const channels = withPartLayers(report.parts, report.channels);
    const list = channelList(channels);
    let piece = this.lists.get(list);
    if (!piece) this.lists.set(list, (piece = { table: CHANNEL_SETS, key: () => channelsKey({ channels }), list, make: () => channelRowsOf(report), files: 0, id: 0, fresh: false }));
    piece.files++;
    return piece;
  }

  private piece(table: StoredTable, key: string, make: () => readonly Row[]): Piece {
    // A key that nothing is compared with is not kept either: the piece is this file's alone.
    if (key.length > LONGEST_KEY) return this.isNew({ table, key: null, make, files: 1, id: 0, fresh: false });
    let piece = this.pieces.get(key);
    if (!piece) this.pieces.set(key, (piece = { table, key: () => key, make, files: 0, id: 0, fresh: false }));
    piece.files++;
    return piece;
  }

  private isNew(piece: Piece): Piece {
    piece.id = this.session.next++;
    piece.fresh = true;
    return piece;
  }

  /** Looks up what is there already. To be called once, first. */
  async resolve(): Promise<void> {
    const asked = new Map<bigint, Piece[]>();
    for (const piece of [...this.lists.values(), ...this.pieces.values()]) {
      // Sets are always worth comparing.
      if (piece.table === ATTRIBUTE_VALUES && piece.files < 2 && this.files.length >= LARGE_BATCH) this.isNew(piece);
      else {
        const id = this.session.numberOf(piece);
        if (id !== undefined) piece.id = id;
        else {
          // Two lists of channels may have one key.
          const hash = hashOf(piece.key!());
          const same = asked.get(hash);
          if (same) same.push(piece);
          else asked.set(hash, [piece]);
        }
      }
    }
    const found = await this.lookUp([...asked.keys()]);
    const added: StoredRow[] = [];
    for (const [hash, pieces] of asked) {
      let id = found.get(hash);
      if (id === undefined) added.push({ hash, content: (id = this.isNew(pieces[0]!).id) });
      for (const piece of pieces) {
        piece.id = id;
        this.session.remember(piece, id);
      }
    }
    await this.append(CONTENT_KEYS, added);
  }

  private async lookUp(hashes: readonly bigint[]): Promise<Map<bigint, number>> {
    if (hashes.length === 0) return new Map();
    const { listValue, LIST, HUGEINT } = await duckdb();
    const result = await this.connection.runAndReadAll('SELECT hash, content FROM content_keys WHERE hash IN (SELECT unnest($1))', [listValue([...hashes])], [LIST(HUGEINT)]);
    return new Map(result.getRowsJS().map(([hash, content]) => [BigInt(hash as bigint), Number(content)]));
  }

  /** The columns of file `i` that say what it has. */
  async of(i: number, report: ExrReport): Promise<StoredRow> {
    const { channels, parts, vectors, attributes } = this.files[i]!;
    const number = this.session.next++;
    const links = this.rows.get(FILE_ATTRIBUTES)!;
    for (const piece of attributes ?? []) links.push({ file: number, content: this.idOf(piece) });
    if (attributes === null) await this.appendMany(number, report);
    return { number, channel_set: channels && this.idOf(channels), part_set: parts && this.idOf(parts), vector_set: vectors && this.idOf(vectors) };
  }

  private idOf(piece: Piece): number {
    if (piece.fresh) {
      const rows = this.rows.get(piece.table)!;
      for (const row of piece.make()) {
        row['content'] = piece.id; // made just now: nobody else has it
        rows.push(row);
      }
      piece.fresh = false;
    }
    return piece.id;
  }

  /** The attributes of a file that has very many, part by part, in slices. */
  private async appendMany(file: number, report: ExrReport): Promise<void> {
    let [rows, links]: StoredRow[][] = [[], []];
    const hand = async (): Promise<void> => {
      await this.append(ATTRIBUTE_VALUES, rows!);
      await this.append(FILE_ATTRIBUTES, links!);
      [rows, links] = [[], []];
    };
    for (const row of attributeRowsOf(report)) {
      const content = this.session.next++;
      rows!.push(Object.assign(row, { content }));
      links!.push({ file, content });
      if (rows!.length >= SLICE) await hand();
    }
    await hand();
  }

  /** Hands over the rows that have gathered, so that memory does not grow with the batch. */
  async flush(): Promise<void> {
    for (const [table, rows] of this.rows) {
      await this.append(table, rows);
      this.rows.set(table, []);
    }
  }

  private append(table: StoredTable, rows: readonly StoredRow[]): Promise<void> {
    return appendRows(this.connection, table.name, this.session.columns.get(table.name)!, rows);
  }
}

/** Rows made by one function have their keys in one order. */
function keyOf(row: Row): string {
  let key = '';
  for (const name in row) key += `${String(row[name])}\0${row[name] === null ? 'n' : ''}\0`;
  return key;
}

/** A text of as many characters. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): string => Buffer.from(buffer, byteOffset, byteLength).toString('latin1');

function channelsKey({ channels }: Pick<ExrReport, 'channels'>): string {
  let key = 'c';
  for (const { part_index, name, layer, view, type, x_sampling, y_sampling, p_linear } of channels) key += `${part_index}\0${name}\0${layer}\0${view === null ? '' : `v${view}`}\0${type}\0${x_sampling}\0${y_sampling}\0${p_linear}\0`;
  return key;
}

/** The first 127 bits of the key's sha256. */
function hashOf(key: string): bigint {
  const digest = createHash('sha256').update(key).digest();
  return (digest.readBigUInt64BE(0) >> 1n << 64n) | digest.readBigUInt64BE(8);
}
