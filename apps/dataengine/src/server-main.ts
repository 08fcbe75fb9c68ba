/** The program of the container: everything comes from environment and secrets. */
import '@exr/core/node'; // decoding threads
import { runService } from './run.ts';

runService(process.env).catch((error: unknown) => {
  process.stderr.write(`exr-function: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
