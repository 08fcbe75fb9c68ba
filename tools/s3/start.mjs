#!/usr/bin/env node
// A real S3 server to try things against: node tools/s3/start.mjs [--port N] [--data FOLDER] [BUCKET...], until Ctrl-C.
import { parseArgs } from 'node:util';
import { s3Testbed } from '@exr/core/testing';
import { startSwift } from './swift.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { port: { type: 'string' }, data: { type: 'string' } } });
const say = (text) => process.stderr.write(`${text}\n`);
try {
  const swift = await startSwift({ port: Number(values.port ?? 0), folder: values.data, say });
  const stop = () => swift.stop().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const s3 = s3Testbed(swift.env);
  for (const bucket of positionals) await s3.makeBucket(bucket);
  say('S3 is up until Ctrl-C. In another shell:');
  console.log(Object.entries(swift.env).map(([name, value]) => `export ${name}=${value}`).join('\n'));
  await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1)); // the servers alone would not keep this process
} catch (error) {
  say(error.message);
  process.exit(1);
}
