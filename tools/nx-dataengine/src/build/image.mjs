// The image: its Dockerfile, and its one layer as a tar for tools that assemble images without an engine.
import { sorted } from './tree.mjs';

/** @typedef {import('./options.mjs').FunctionOptions} FunctionOptions */

export const USER = '1002:1000'; // what the platform's own images run as
export const PORT = 8080;

/** The files that the image holds, in /app. @param {FunctionOptions} options */
export function imageFiles(options) {
  return ['server.mjs', ...Object.keys(options.entries).sort().map((name) => `${name}.mjs`), 'package.json', 'LICENSE', 'THIRD-PARTY-NOTICES.txt'];
}

/** Where node is. @param {string} baseImage */
export function nodeOf(baseImage) {
  return baseImage.includes('distroless') ? '/nodejs/bin/node' : 'node';
}

/** @param {FunctionOptions} options */
export function dockerfile(options) {
  return `# ${options.name}: Node and one file. Nothing is fetched but the base, nothing is installed, nothing runs as root.
# Another base (a mirror of yours) must be of the same kind: docker build --build-arg BASE_IMAGE=registry.example/node:22-slim .
ARG BASE_IMAGE=${options.baseImage}
FROM \${BASE_IMAGE}

LABEL org.opencontainers.image.title=${JSON.stringify(options.name)} \\
      org.opencontainers.image.description=${JSON.stringify(options.description.replace(/\$/g, '\\$'))} \\
      org.opencontainers.image.version=${JSON.stringify(options.version)}

ENV NODE_ENV=production \\
    PORT=${PORT}
WORKDIR /app
COPY ${imageFiles(options).join(' ')} ./

USER ${USER}
EXPOSE ${PORT}
STOPSIGNAL SIGTERM
ENTRYPOINT [${JSON.stringify(nodeOf(options.baseImage))}, "/app/server.mjs"]
`;
}

/** Nothing but what the Dockerfile copies goes to the engine. @param {FunctionOptions} options */
export function dockerignore(options) {
  return ['*', ...imageFiles(options).map((file) => `!${file}`), ''].join('\n');
}

/**
 * A layer with /app and what is in it: ustar, owned by root, read-only for the user that runs it, dated 1970, so that equal content is equal bytes.
 * @param {import('./tree.mjs').FileTree} tree
 * @param {FunctionOptions} options
 * @returns {Buffer}
 */
export function layer(tree, options) {
  const wanted = new Set(imageFiles(options));
  /** @type {Buffer[]} */
  const parts = [header('app/', 0, '5')];
  for (const [path, { content }] of sorted(tree)) {
    if (wanted.has(path)) parts.push(header(`app/${path}`, content.length, '0'), content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/**
 * @param {string} name at most 100 bytes
 * @param {number} size bytes
 * @param {'0' | '5'} type file, folder
 */
function header(name, size, type) {
  const block = Buffer.alloc(512);
  const octal = (/** @type {number} */ value, /** @type {number} */ at, /** @type {number} */ digits) => block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  if (block.write(name, 0, 'utf8') > 100) throw new Error(`${name}: too long for a name in the layer, expected at most 100 bytes`);
  octal(type === '5' ? 0o755 : 0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\0' + '00', 257, 'latin1');
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
