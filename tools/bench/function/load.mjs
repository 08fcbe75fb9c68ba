/**
 * Sends events to a function and measures the answers. A process of its own, so that its time is not the server's; told by one JSON argument:
 *   { url, bucket, prefix, from, count, connections, rate? }   rate: events a second, sent on time whatever the answers (open loop); default as fast as answered
 * Prints one JSON line: { count, seconds, perSecond, p50, p90, p99, max (ms), statuses }.
 */
import { Agent, request } from 'node:http';

const { url, bucket, prefix, from = 0, count, connections = 64, rate } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);
const agent = new Agent({ keepAlive: true, maxSockets: rate ? Infinity : connections });
const times = [];
const statuses = {};

const key = (i) => `${prefix}/${String(i).padStart(6, '0')}.exr`;
function body(i) {
  return JSON.stringify({ Records: [{ eventVersion: '2.2', eventSource: 'vast:s3', eventTime: '2026-04-08T15:41:29.591955Z', eventName: 'ObjectCreated:Put', s3: { s3SchemaVersion: '1.0', bucket: { name: bucket }, object: { key: key(i), size: 1_000_000, sequencer: '009f00000000000f42fd' } } }] });
}

function send(i) {
  const text = body(i);
  const begin = performance.now();
  return new Promise((resolve) => {
    const outgoing = request({ hostname, port, method: 'POST', path: '/', agent, headers: {
      'content-type': 'application/json', 'content-length': Buffer.byteLength(text), 'ce-specversion': '1.0', 'ce-id': `${prefix}${i}`.replace(/\W/g, ''), 'ce-type': 'vastdata.com:Element.ElementCreated', 'ce-source': 'vastdata.com:bench.1', 'ce-subject': 'bench.main',
      'ce-elementpath': `${bucket}/${key(i)}`, 'ce-partitionkey': `${bucket}/${key(i)}`,
    } }, (answer) => answer.resume().on('end', () => done(answer.statusCode)));
    const done = (status) => {
      times.push(performance.now() - begin);
      statuses[status] = (statuses[status] ?? 0) + 1;
      resolve();
    };
    outgoing.on('error', (error) => done(error.code ?? 'error'));
    outgoing.end(text);
  });
}

const begin = performance.now();
if (rate) {
  const all = [];
  for (let i = 0; i < count; i++) {
    const wait = (i * 1000) / rate - (performance.now() - begin);
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    all.push(send(from + i));
  }
  await Promise.all(all);
} else {
  let next = 0;
  await Promise.all(Array.from({ length: connections }, async () => {
    while (next < count) await send(from + next++);
  }));
}
const seconds = (performance.now() - begin) / 1000;
times.sort((a, b) => a - b);
const at = (share) => Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1));
console.log(JSON.stringify({ count, seconds: Number(seconds.toFixed(2)), perSecond: Number((count / seconds).toFixed(1)), p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1), statuses }));
process.exit(0);
