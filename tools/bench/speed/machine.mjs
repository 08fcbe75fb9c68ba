/** What a measurement depends on: the machine and the versions of the peers. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem, type } from 'node:os';

export function machine() {
  const system = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8').match(/^PRETTY_NAME="?([^"\n]*)/m)?.[1] : undefined;
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: system ?? type(),
    node: process.version,
    load: () => loadavg()[0].toFixed(1),
    peers: {
      oiiotool: said('oiiotool', ['--version']),
      exrheader: said('dpkg-query', ['-W', 'openexr']),
      three: dependency('three'),
      'parse-exr': dependency('parse-exr'),
      exrs: dependency('exrs'),
    },
  };
}

function said(command, args) {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return `${stdout ?? ''}${stderr ?? ''}`.match(/\d+(\.\d+)+/)?.[0] ?? 'not found';
}

function dependency(name) {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).devDependencies[name];
}
