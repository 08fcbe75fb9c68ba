import { jsonPieces, turns } from '@exr/core';
import { plainJson } from './json.ts';
import type { Output } from './output.ts';

export type Format = 'pretty' | 'json' | 'ndjson';

/** Writes results one by one in the format asked for; an array for JSON when there may be several, so that one bad path keeps it valid. */
export class ReportWriter {
  readonly #output: Output;
  readonly #format: Format;
  #many: boolean;
  #count = 0;

  /** Results written so far. */
  get count(): number {
    return this.#count;
  }

  /** What is to come may be several: only before the first is written. */
  expectMany(): void {
    if (this.#count === 0) this.#many = true;
  }

  constructor(output: Output, format: Format, many: boolean) {
    this.#output = output;
    this.#format = format;
    this.#many = many;
  }

  /** `value` is written as JSON, piece by piece; `pretty` gives the text for a person, ended by a line feed. */
  async write(value: () => unknown, pretty: () => string): Promise<void> {
    const first = this.#count++ === 0;
    if (this.#format === 'pretty') return this.#output.write(first ? pretty() : `\n${pretty()}`);
    const lines = this.#format === 'ndjson';
    if (!lines && this.#many) await this.#output.write(first ? '[\n' : ',\n');
    const turn = turns();
    for (const piece of jsonPieces(value(), lines || this.#many ? 0 : 2)) {
      await this.#output.write(plainJson(piece));
      await turn();
    }
    if (lines || !this.#many) await this.#output.write('\n');
  }

  /** Runs what writes, and ends the array: what stopped half-way is valid JSON too, where it went to standard output. */
  async through(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#count > 0) await this.#end();
      throw error;
    }
    await this.#end();
  }

  async #end(): Promise<void> {
    if (this.#format !== 'json' || !this.#many) return;
    await this.#output.write(this.#count > 0 ? '\n]\n' : '[]\n');
  }
}
