#!/usr/bin/env node
/** The program for local work: `serve` and `invoke`. */
import '@exr/core/node'; // decoding threads
import { main } from './cli/cli.ts';

main(process.argv.slice(2), process.env).then((code) => code !== undefined && (process.exitCode = code));
