// An app in memory-like form: its folder in the scratch workspace, and the options that its dataengine.json would give.
import { functionTree } from '../src/build/executor.mjs';
import { resolveOptions } from '../src/build/options.mjs';

/** A server in one file, for tests that are about what stands around it. */
export const TINY_SERVER = `import { createServer } from 'node:http';
const log = (fields: object): void => void process.stdout.write(JSON.stringify({ level: 'info', ...fields }) + '\\n');
let [inFlight, draining] = [0, false];
let together: (() => void)[] = [];
const end = (): void => process.exit(0);
const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.writeHead(draining ? 503 : 200).end('Ready');
  let body = '';
  request.on('data', (piece) => (body += piece)).on('end', async () => {
    inFlight++;
    const { data = {}, ...event } = JSON.parse(body);
    log({ msg: 'event', event, data, secrets: process.env['SECRETS_DIR'] });
    if (data?.crash) process.exit(3);
    if (data?.wait) await new Promise((resolve) => setTimeout(resolve, data.wait));
    if (data?.together) {
      await new Promise<void>((resolve) => {
        together.push(resolve);
        if (together.length < data.together) return;
        for (const go of together) go();
        together = [];
      });
    }
    if (data?.output && process.env['K_SINK']) {
      await fetch(process.env['K_SINK'], { method: 'POST', headers: { 'ce-id': event.id, 'ce-specversion': '1.0', 'ce-type': 'vastdata.com:Function', 'ce-source': 'x', 'content-type': 'application/json' }, body: JSON.stringify(data.output) });
    }
    response.writeHead(data?.fail ? 500 : 204).end(data?.fail ? 'the store is away' : undefined);
    if (--inFlight === 0 && draining) end();
  });
});
server.listen(Number(process.env['PORT'] ?? 8080), process.env['HOST'] ?? '0.0.0.0', () => log({ msg: 'ready', pid: process.pid }));
process.on('SIGTERM', () => {
  draining = true;
  if (inFlight === 0) end();
});
`;

/** Writes apps/tiny into a scratch workspace. */
export function tinyApp({ file }, marker = {}) {
  file('apps/tiny/package.json', { name: '@scratch/tiny', version: '1.2.3', description: 'A tiny function: it\'s "$0".', type: 'module' });
  file('apps/tiny/src/server-main.ts', TINY_SERVER);
  file('apps/tiny/dataengine.json', marker);
}

/** @param {Record<string, unknown>} [given] */
export function optionsOf({ root }, given = {}, projectRoot = 'apps/tiny') {
  return resolveOptions(given, { root, projectRoot });
}

/** The files of a build, as text where they are. */
export async function filesOf(workspace, given = {}, projectRoot = 'apps/tiny') {
  const tree = await functionTree(optionsOf(workspace, given, projectRoot));
  return Object.fromEntries([...tree].map(([path, { content }]) => [path, content.toString('utf8')]));
}

/** Options that say everything. */
export const EVERYTHING = {
  name: 'tiny', description: 'Says everything.', containerRegistry: 'my-registry', artifactSource: 'studio/tiny', imageTag: '1.0', architecture: 'arm64', tags: { show: 'yes', year: '2026' },
  bucket: 'renders', prefix: 'shows/', suffix: '.exr', events: ['ObjectCreated:*', 'ObjectRemoved:*'], cron: '0 * * * *', brokerName: 'vast-broker', topic: 'main',
  kubernetesCluster: 'vast:dataengine:kubernetes-clusters:k1', namespace: 'default', logLevel: 'DEBUG', minCpu: '100m', maxCpu: '2', minMemory: '128Mi', maxMemory: '1Gi',
  minConcurrency: 0, maxConcurrency: 20, timeout: 120, eventsOrder: 'ordered', retries: 5, secretName: 'tiny-secret',
  secretKeys: [{ name: 'S3_ACCESS_KEY', description: 'the key' }, { name: 'S3_SECRET_KEY', description: 'its secret' }],
  environment: [{ name: 'EXR_STATS', value: 'off', description: 'whether to measure' }, { name: 'MOST', value: '010', description: 'how many' }, { name: 'MAYBE', description: 'rarely set', optional: true }],
};
