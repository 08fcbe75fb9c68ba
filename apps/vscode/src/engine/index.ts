/** One open file, from its bytes: knows core, not vscode; runs in Node and in a web worker. */
export { openSession, type Fault, type OpenedFile, type Session, type SessionOptions } from './session.ts';
export { problemsOf, type Problem } from './problems.ts';
export { headerJson } from './opened.ts';
