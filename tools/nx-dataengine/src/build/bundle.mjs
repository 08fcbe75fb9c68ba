// One file of JavaScript per entry, with nothing in it that depends on where or when it was made.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** @typedef {import('./options.mjs').FunctionOptions} FunctionOptions */

// CommonJS among the dependencies asks for require.
const BANNER = "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * @param {FunctionOptions} options
 * @returns {Promise<{ files: { path: string, content: Uint8Array }[], inputs: string[] }>} `inputs`: what went in, from the workspace's root
 * @throws what is missing or does not compile, by file and line
 */
export async function bundle(options) {
  /** @type {Record<string, string>} */
  const entryPoints = {};
  for (const [name, file] of Object.entries({ server: options.main, ...options.entries })) {
    const path = join(options.root, options.projectRoot, file);
    if (!existsSync(path)) throw new Error(`${options.projectRoot}/${file}: there is no such file, and ${name === 'server' ? 'main' : `entries.${name}`} names it`);
    entryPoints[name] = path;
  }
  const { outputFiles, metafile } = await build({
    absWorkingDir: options.root, // the paths in comments and in the metafile begin here
    entryPoints,
    outdir: join(options.root, options.outputPath),
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minifySyntax: true,
    legalComments: 'none', // THIRD-PARTY-NOTICES.txt has the licences whole
    logLevel: 'warning',
    banner: { js: BANNER },
    conditions: ['@exr/source'],
    external: options.external,
    tsconfigRaw: {}, // the app's own tsconfig may say things that only its editor needs
  });
  return {
    files: outputFiles.map(({ path, contents }) => ({ path: path.slice(join(options.root, options.outputPath).length + 1), content: contents })),
    inputs: Object.keys(metafile.inputs).sort(),
  };
}
