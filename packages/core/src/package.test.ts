/** What `npm pack` ships, used as a stranger would: from a plain Node project, and bundled for a browser. Needs dist/ (nx builds before it tests). */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as neutral from './index.ts';
import { bytes, exr, rawAttribute, required } from './header/exr-bytes.spec-util.ts';

const root = join(import.meta.dirname, '../../..');
const project = mkdtempSync(join(tmpdir(), 'exr-package-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Installed without a registry: the tarballs of npm pack, unpacked where npm would put them. */
beforeAll(() => {
  writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "type": "module", "private": true }');
  for (const name of ['core', 'kernels']) {
    const tarballs = join(project, `${name}-tarball`);
    const home = join(project, 'node_modules/@exr', name);
    mkdirSync(tarballs);
    mkdirSync(home, { recursive: true });
    execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', tarballs], { cwd: join(root, 'packages', name) });
    execFileSync('tar', ['-xzf', join(tarballs, readdirSync(tarballs)[0]!), '-C', home, '--strip-components=1']);
  }
  cpSync(join(root, 'node_modules/aws4fetch'), join(project, 'node_modules/aws4fetch'), { recursive: true });
}, 60_000);

describe('the packed package', () => {
  it('holds what is built and the schema, and no sources or tests', () => {
    const files = execFileSync('find', ['.', '-type', 'f'], { cwd: join(project, 'node_modules/@exr/core'), encoding: 'utf8' }).trim().split('\n');
    expect(files).toEqual(expect.arrayContaining(['./dist/index.js', './dist/index.d.ts', './dist/node.js', './schema/report.schema.json']));
    expect(files.filter((file) => /\.test\.|spec-util|^\.\/src|tsbuildinfo/.test(file))).toEqual([]);
  });

  it('is imported from a plain Node project', () => {
    const program = `
      import { buildReport } from '@exr/core';
      import { openPath } from '@exr/core/node';
      import schema from '@exr/core/schema/report.schema.json' with { type: 'json' };
      const { file, close } = await openPath(process.argv[2]);
      console.log(JSON.stringify([buildReport(file, { path: 'x.exr' }).parts.map((part) => part.type), schema.title]));
      await close();`;
    writeFileSync(join(project, 'plain.mjs'), program);
    const out = execFileSync('node', ['--no-warnings', 'plain.mjs', join(root, 'test-fixtures/multipart_flat_deep.exr')], { cwd: project, encoding: 'utf8' });
    expect(JSON.parse(out)).toEqual([expect.arrayContaining(['scanlineimage', 'deepscanline']) as unknown, 'exr-inspector report, schema 1']);
  });

  it('is bundled for a browser without any node: import, and works there', async () => {
    writeFileSync(join(project, 'page.mjs'), `export { openExr, memorySource, buildReport } from '@exr/core';`);
    // For the platform "browser" an import of node:anything is an error of the bundler.
    const { metafile, outputFiles } = await build({
      entryPoints: [join(project, 'page.mjs')], bundle: true, platform: 'browser', format: 'esm', write: false, metafile: true, logLevel: 'silent', absWorkingDir: project,
    });
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map((each) => each.path));
    expect(imports.filter((path) => path.startsWith('node:') || path.includes('-node.'))).toEqual([]);
    const bundle = join(project, 'bundle.mjs');
    writeFileSync(bundle, outputFiles[0]!.text);
    const { openExr, memorySource, buildReport } = (await import(bundle)) as typeof neutral;
    const file = await openExr(memorySource(readFileSync(join(root, 'test-fixtures/yc_zip.exr')), 'yc.exr'));
    expect(buildReport(file).channels.map((channel) => channel.name)).toEqual(['A', 'BY', 'RY', 'Y']);
  });

  it('the Node door is not for a browser', async () => {
    writeFileSync(join(project, 'wrong.mjs'), `export * from '@exr/core/node';`);
    const built = build({ entryPoints: [join(project, 'wrong.mjs')], bundle: true, platform: 'browser', format: 'esm', write: false, logLevel: 'silent', absWorkingDir: project });
    await expect(built).rejects.toThrow(/node:fs/);
  });
});

describe('a header of 50 MB: a Cryptomatte manifest of 100,000 names', () => {
  it('opens in few reads and bounded memory', () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `"/set/${'block_'.repeat(80)}${i}":"${(i * 40503).toString(16).padStart(8, '0')}"`);
    const path = join(project, 'long.exr');
    writeFileSync(path, exr(bytes(rawAttribute('cryptomatte/ab12345/manifest', 'string', Buffer.from(`{${names.join(',')}}`)), required())));
    const program = `
      import { existsSync, readFileSync } from 'node:fs';
      import { counting, openExr } from '@exr/core';
      import { fileSource } from '@exr/core/node';
      const source = counting(fileSource(process.argv[2]));
      const file = await openExr(source);
      // ru_maxrss is inherited from the process that spawned this one; the high-water mark of Linux is our own.
      const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
      const peak = Number(/VmHWM:\\s*(\\d+) kB/.exec(status)?.[1] ?? process.memoryUsage().rss / 1024) * 1024;
      const { complete, headerBytes, problems } = file;
      console.log(JSON.stringify({ complete, headerBytes, problems: problems.length, reads: source.reads, bytes: source.bytes, peak }));`;
    writeFileSync(join(project, 'long.mjs'), program);
    const out = JSON.parse(execFileSync('node', ['long.mjs', path], { cwd: project, encoding: 'utf8' })) as Record<string, number>;
    expect(out).toMatchObject({ complete: true, problems: 0 });
    expect(out['headerBytes']).toBeGreaterThan(50_000_000);
    expect(out['reads']).toBeLessThanOrEqual(12);
    expect(out['bytes']).toBeLessThanOrEqual(1.1 * out['headerBytes']!);
    expect(out['peak']).toBeLessThan(200_000_000);
  });
});

// The optional embedded store is not part of a plain installation.
it('needs nothing but the kernels, and 3 kB that sign requests to S3', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8')) as { dependencies: Record<string, string> };
  expect(Object.keys(dependencies)).toEqual(['@exr/kernels', 'aws4fetch']);
});
