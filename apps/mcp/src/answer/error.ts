/** Something the client can mend by calling differently: becomes an answer with isError, never a protocol error. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
