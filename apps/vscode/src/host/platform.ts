/** What differs between the hosts that VS Code runs us in: Node (desktop, remote) and a web worker (vscode.dev). */
import type * as web from './engine-web.ts';
import type * as node from './engine-node.ts';

/** Core and the engine. `fileSource` reads local files in ranges, where there are any. */
export type Engine = typeof web & Partial<Pick<typeof node, 'fileSource'>>;

/** When and how long, as far as the file system tells. */
export interface FileStamp {
  readonly mtime: number;
  readonly size: number;
}

export interface Platform {
  /** Loads the engine, which is most of the code, at its first use. */
  loadEngine(): Promise<Engine>;
  /** Looks at a local file without VS Code in between; null where there is no local disk. Rejects with an error whose code is ENOENT when it is not there. */
  readonly stat: ((path: string) => Promise<FileStamp>) | null;
  /** Starts a Node program beside the files; null where there are no processes. */
  readonly node: { readonly command: string; readonly env: Readonly<Record<string, string>> } | null;
}
