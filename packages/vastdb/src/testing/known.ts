/** What requests may carry: anything else would be passed over in silence, and is refused by name instead. */
import { notImplemented } from './failure.ts';
import type { Call } from './router.ts';

const LIST = ['tabular-max-keys', 'tabular-next-key', 'tabular-name-exact-match', 'tabular-name-prefix', 'tabular-list-count-only'];
const SORTED = 'tabular-sorted-column-#';

/** `tabular-` and other special headers by request, beside those of every request; `#` stands for a number. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'GET schema': LIST,
  'GET table': [...LIST, 'tabular-include-list-stats'],
  'GET column': [...LIST, 'tabular-only-column-names'],
  'GET sorted-columns': [...LIST, 'tabular-only-column-names'],
  'POST table': [
    SORTED, 'tabular-vector-index-column', 'tabular-vector-index-distance-metric', 'tabular-vector-index-cluster-quantization',
    'tabular-vector-index-search-quantization', 'use-external-row-ids-alloc',
  ],
  'PUT table': [SORTED],
  'PUT column': ['tabular-column-sep'],
  'GET data': [
    'tabular-split', 'tabular-num-of-subsplits', 'tabular-request-format', 'tabular-response-format', 'tabular-enable-sorted-projections',
    'tabular-limit-rows', 'tabular-start-row-id-#', 'tabular-schedule-id', 'tabular-retry-count',
  ],
};
const EVERYWHERE = ['tabular-txid', 'tabular-api-version-id', 'tabular-client-name', 'tabular-client-tag', 'tabular-client-tags-#', 'tabular-get-vast-version'];

/** Parameters by request. */
const PARAMS: Readonly<Record<string, readonly string[]>> = {
  'PUT schema': ['tabular-new-schema-name'],
  'PUT table': ['tabular-new-table-name'],
  'PUT column': ['tabular-column-name', 'tabular-new-column-name'],
};

/** @throws {Failure} 501 naming the first header or parameter that means nothing to this server */
export function checkKnown(call: Call): void {
  const request = `${call.method} ${call.command}`;
  const params = PARAMS[request] ?? [];
  for (const [name, value] of call.params) if (!params.includes(name)) throw notImplemented(`${request}: parameter ${name}=${value}`);
  const headers = [...EVERYWHERE, ...(HEADERS[request] ?? [])];
  for (const [name, value] of Object.entries(call.headers)) {
    const special = /^(tabular-|use-|end-user$)/.test(name);
    if (special && !headers.includes(name.replace(/\d+$/, '#'))) throw notImplemented(`${request}: header ${name}: ${String(value)}`);
  }
  for (const name of ['tabular-request-format', 'tabular-response-format']) {
    const format = call.headers[name];
    if (format !== undefined && format !== 'string') throw notImplemented(`${request}: header ${name}: ${String(format)}`);
  }
}
