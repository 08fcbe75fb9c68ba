/** An answer that is an error: status, S3-style code and message. */
export class Failure extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }

  /** The S3-style document. */
  xml(resource: string, requestId: string): string {
    const escape = (text: string): string => text.replace(/[<>&]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[c] ?? c);
    return (
      '<?xml version="1.0" encoding="UTF-8"?>' +
      `<Error><Code>${this.code}</Code><Message>${escape(this.message)}</Message>` +
      `<Resource>${escape(resource)}</Resource><RequestId>${requestId}</RequestId></Error>`
    );
  }
}

export const badRequest = (code: string, message: string): Failure => new Failure(400, code, message);
export const notFound = (code: string, message: string): Failure => new Failure(404, code, message);
/** What a cluster may do and this server does not: told, never passed over. */
export const notImplemented = (what: string): Failure => new Failure(501, 'NotImplemented', `${what}: not served by this test server`);
export const conflict = (message: string): Failure => new Failure(409, 'TabularConflict', message);
