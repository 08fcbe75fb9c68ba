/**
 * A server that speaks VAST DataBase's wire protocol over an in-memory, transactional database: for tests and
 * demonstrations, not for keeping anything.
 *
 * ```ts
 * import { startTestServer } from '@exr/vastdb/testing';
 * await using server = await startTestServer({ buckets: ['my-bucket'] });
 * const db = await connect(server.credentials);
 * server.faults.add({ on: { method: 'PUT', command: 'transaction' }, action: { kind: 'dropAfter' } });
 * ```
 */
import { TestServer, type TestServerOptions } from './server.ts';

export { TestServer, type LoggedRequest, type TestServerOptions } from './server.ts';
export type { Fault, FaultAction, FaultMatch, Faults } from './faults.ts';
export type { QueryShape } from './query-data.ts';
export type { SqlHandler } from './sql-engine.ts';

/** Starts a server on a port of 127.0.0.1. */
export function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  return TestServer.start(options);
}
