/** What opening a file finds: problems, which are errors of its report, and notes. */
import { ExrError, type ExrErrorCode, type ExrErrorPlace } from '../errors.ts';
import { noteOf, type ExrNote, type NoteCode } from '../notes.ts';

/** Problems that a file gets one by one; each is an Error, and one for each of 200,000 attributes would be seconds and hundreds of megabytes. */
const MOST_PROBLEMS = 1000;
/** Notes of one kind that a file gets one by one; a hostile header could have a million. */
const MOST_OF_A_KIND = 40;

export class Findings {
  readonly problems: ExrError[] = [];
  readonly #notes: ExrNote[] = [];
  readonly #counts = new Map<NoteCode, number>();

  /** `name`: of the source. In a multipart file every message says which part. */
  constructor(readonly name: string, readonly multipart: boolean) {}

  problem(code: ExrErrorCode, part: number, text: string, where: ExrErrorPlace = {}): ExrError {
    if (this.problems.length >= MOST_PROBLEMS) return this.#beyond(code, where);
    const place = this.multipart ? `${this.name}: part ${part}` : this.name;
    const error = new ExrError(code, `${place}: ${text}`, { source: this.name, part, ...where });
    this.problems.push(error);
    return error;
  }

  /** One for all further problems of a kind. */
  #beyond(code: ExrErrorCode, where: ExrErrorPlace): ExrError {
    let shared = this.#shared.get(code);
    if (!shared) {
      const { limit, limitValue, requested } = where;
      const what = limit === undefined ? {} : { limit, ...(limitValue !== undefined && { limitValue }), ...(requested !== undefined && { requested }) };
      shared = new ExrError(code, `${this.name}: further problems of this kind, which are not listed`, { source: this.name, ...what });
      this.#shared.set(code, shared);
      this.problems.push(shared);
    }
    return shared;
  }
  readonly #shared = new Map<ExrErrorCode, ExrError>();

  /** A header that OpenEXR refuses, or from which it reads something else, while the pixels can be shown. `text` begins with the attribute's name. */
  notConforming(part: number, attribute: string, text: string, where: ExrErrorPlace = {}): void {
    this.problem('NOT_CONFORMING', part, text, { attribute, ...where });
  }

  note(code: NoteCode, part: number, attribute: string, text: string, where: ExrErrorPlace = {}): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= MOST_OF_A_KIND) this.#notes.push(noteOf(code, { source: this.name, part, attribute, ...where }, text, this.multipart));
  }

  /** The notes in the order in which they were found; the last of a kind that was cut says how many more there are. */
  notes(): readonly ExrNote[] {
    const left = new Map([...this.#counts].filter(([, count]) => count > MOST_OF_A_KIND));
    if (left.size === 0) return this.#notes;
    return this.#notes.map((note, i) => {
      const count = left.get(note.code);
      if (count === undefined || this.#notes.findLastIndex(({ code }) => code === note.code) !== i) return note;
      return { ...note, message: `${note.message} (and ${count - MOST_OF_A_KIND} more like it)` };
    });
  }
}
