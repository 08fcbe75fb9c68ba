// Starts and stops OpenStack Swift as an S3 server on the loopback, with its data in a folder of its own.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCOUNT, proxyConf, RINGS, storageConf, swiftConf } from './swift-config.mjs';

const PACKAGES = ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached'];
const SERVERS = ['account', 'container', 'object', 'proxy'];
/** Debian's own Python has Swift's modules; another one first in PATH has not. */
const PYTHON = '/usr/bin/python3';
const READY_MS = 60_000;

/**
 * Resolves when S3 answers: `{ endpoint, accessKey, secretKey, region, env, folder, stop() }`, where `env` is what tests are handed. `port`: of S3, default a
 * free one; `folder`: for data, default a temporary one, removed by stop(). Throws an Error that says what to do.
 */
export async function startSwift({ port = 0, folder, say = () => {} } = {}) {
  ensureInstalled(say);
  const home = folder ?? mkdtempSync(join(tmpdir(), 'exr-swift-'));
  for (const each of ['etc', 'srv/d1', 'log']) mkdirSync(join(home, each), { recursive: true });
  const children = [];
  const stop = async () => {
    await Promise.all(children.map(end));
    if (folder === undefined) rmSync(home, { recursive: true, force: true });
  };
  try {
    checkXattrs(home);
    const [account, container, object, memcached, free] = await freePorts(5);
    const proxy = port || free;
    const user = userInfo().username;
    const etc = (name, text) => writeFileSync(join(home, 'etc', name), text);
    execFileSync(PYTHON, ['-W', 'ignore', '-c', RINGS, join(home, 'etc'), ...[account, container, object].map(String)], { stdio: ['ignore', 'ignore', 'pipe'] });
    etc('swift.conf', swiftConf);
    for (const [name, at] of Object.entries({ account, container, object })) etc(`${name}-server.conf`, storageConf(name, at, home, user));
    etc('proxy-server.conf', proxyConf(proxy, memcached, home, user));
    children.push(begin('memcached', '/usr/bin/memcached', [...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), '-l', '127.0.0.1', '-p', String(memcached), '-U', '0', '-m', '32'], home));
    for (const name of SERVERS) children.push(begin(name, PYTHON, [`/usr/bin/swift-${name}-server`, join(home, 'etc', `${name}-server.conf`)], home));
    const endpoint = `http://127.0.0.1:${proxy}`;
    await healthy(endpoint, children, home);
    const { key: accessKey, secret: secretKey, region } = ACCOUNT;
    const env = { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey, S3_REGION: region };
    return { endpoint, accessKey, secretKey, region, env, folder: home, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ensureInstalled(say) {
  const there = () => [...SERVERS.map((name) => `/usr/bin/swift-${name}-server`), '/usr/bin/memcached'].every((path) => existsSync(path));
  if (there()) return;
  const command = `apt-get install --no-install-recommends ${PACKAGES.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(`Swift is not installed. On Debian or Ubuntu, as root: ${command}`);
  say(`installing ${PACKAGES.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  // The packages must not start servers of their own: only /dev/null is handed to them, and nothing of this process is left to them.
  execFileSync('sh', ['-c', `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${PACKAGES.join(' ')}`], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (!there()) throw new Error(`Swift is still not there after: ${command}`);
}

/** Swift keeps what it knows of an object in extended attributes of its file. */
function checkXattrs(home) {
  try {
    execFileSync(PYTHON, ['-c', 'import os, sys; os.setxattr(sys.argv[1], "user.exr", b"1")', join(home, 'srv')], { stdio: 'ignore' });
  } catch {
    throw new Error(`${home}: its file system has no extended attributes, which Swift needs: set TMPDIR to a folder on ext4 or xfs`);
  }
}

function begin(name, command, args, home) {
  const log = openSync(join(home, 'log', `${name}.log`), 'a');
  const child = spawn(command, args, { cwd: home, stdio: ['ignore', log, log], env: { ...process.env, PYTHONWARNINGS: 'ignore' } });
  child.label = name;
  child.gone = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const killed = sleep(5000, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
  await Promise.race([child.gone, killed.then(() => child.gone)]);
}

/** Up and, through proxy, account server and cache, able to say that no object is there; a refusal without a signature is S3's own word. */
async function healthy(endpoint, children, home) {
  const until = Date.now() + READY_MS;
  for (;;) {
    const dead = children.find((child) => child.exitCode !== null || child.signalCode !== null);
    if (dead || Date.now() > until) {
      const log = dead ? join(home, 'log', `${dead.label}.log`) : join(home, 'log', 'proxy.log');
      throw new Error(`${dead ? `swift's ${dead.label} ended` : `swift does not answer within ${READY_MS / 1000} s`}: ${readFileSync(log, 'utf8').slice(-2000)}`);
    }
    const health = await fetch(`${endpoint}/healthcheck`).catch(() => null);
    if (health?.ok) {
      const refused = await fetch(`${endpoint}/none/none`, { headers: { authorization: 'AWS nobody:nothing', date: new Date().toUTCString() } }).catch(() => null);
      if ((await refused?.text())?.includes('<Code>')) return;
    }
    await sleep(100);
  }
}

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
  })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
