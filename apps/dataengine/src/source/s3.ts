/** Objects of an S3 server, each in one signed request of 64 KiB when its header is an ordinary one. */
import { s3Source } from '@exr/core';
import { s3ConfigFromEnv } from '@exr/core/node';
import type { Env } from '../config/config.ts';
import type { ObjectStore, OpenObject } from './object.ts';

/** A try that hangs must leave time for another one. */
const TRIES_PER_EVENT = 3;

/** @throws {ExrError} INVALID_ARGUMENT that says which variable to set */
export function s3Store(env: Env, eventMs: number, concurrency: number): ObjectStore {
  const config = s3ConfigFromEnv(env, { timeoutMs: Math.max(1000, Math.floor(eventMs / TRIES_PER_EVENT)), retries: 2, maxConnections: concurrency + 4 });
  s3Source({ bucket: 'probe', key: 'probe' }, config); // says now what is wrong with the endpoint; asks nothing
  const plain = config.fetch as typeof fetch & { close?: () => void };
  // One configuration for all objects: what the signer has derived and learnt is kept with it. A source takes its fetch once, when it is made.
  const shared = { ...config };
  return {
    location: config.endpoint,
    open(place) {
      const spent = { requests: 0, bytes: 0 };
      shared.fetch = counted(plain, spent);
      return withTraffic(s3Source(place, shared), spent);
    },
    close: async () => plain.close?.(),
  };
}

function counted(plain: typeof fetch, spent: { requests: number; bytes: number }): typeof fetch {
  const send: typeof fetch = async (input, init) => {
    spent.requests++;
    const response = await plain(input, init);
    spent.bytes += Number(response.headers.get('content-length') ?? 0);
    return response;
  };
  return Object.assign(send, { exactPaths: true });
}

function withTraffic(source: ReturnType<typeof s3Source>, traffic: OpenObject['traffic']): OpenObject {
  return {
    name: source.name, size: source.size.bind(source), read: source.read.bind(source), close: async () => source.close?.(), traffic,
    get etag() {
      return source.etag;
    },
    get mtime() {
      return source.mtime;
    },
  };
}
