/** What --help says. */
import { SAMPLES } from '../event/samples.ts';

export const HELP = `exr-function: inspects every OpenEXR file as it lands. CloudEvents in, rows out.

usage: exr-function serve [FOLDER] [options]    answer events about a folder or an S3 server, as the function in a cluster does
       exr-function invoke [KEY...] [options]   send it events as the platform sends them
       exr-function help COMMAND

Try it, in two terminals:

  exr-function serve renders --store /tmp/renders.duckdb
  exr-function invoke beauty.1001.exr beauty.1002.exr --bucket renders
  exr report --store /tmp/renders.duckdb
`;

export const SERVE_HELP = `exr-function serve [FOLDER]: the function on this machine.

  FOLDER                 stands for a bucket of its name; without one objects come from S3 (S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY)
  --store LOCATION       a DuckDB file (default exr-function.duckdb) or vast://bucket/schema
  --config FILE          the platform's config.yaml for local runs: envs: {NAME: value}, secrets: {name: {key: value}}
  --port PORT            default 8080; 0 lets the system choose
  --host HOST            default 127.0.0.1
  --stats                measure the pixels too
  --pretty               one plain line an event instead of JSON
  --env NAME=VALUE       any other setting (repeatable): docs/guide/dataengine.md lists them

examples:
  exr-function serve /shows/abc/renders --stats --pretty
  exr-function serve --config config.yaml
  S3_ENDPOINT=http://127.0.0.1:9000 S3_ACCESS_KEY=... S3_SECRET_KEY=... exr-function serve --store vast://bucket/schema
`;

const events = Object.entries(SAMPLES).map(([name, { says }]) => `    ${name.padEnd(10)} ${says}`).join('\n');

export const INVOKE_HELP = `exr-function invoke [KEY...]: sends events to a function that runs, and says what it answers.

  KEY...                 the objects: one event each
  --url URL              default http://127.0.0.1:8080
  --bucket NAME          their bucket; or write KEY as s3://bucket/key
  --event NAME           default created; one of
${events}
  --mode MODE            binary (default, as a cluster sends), structured, or batch: all events in one request
  --file FILE            send this event (JSON as in apps/dataengine/events) instead; - is standard input
  --id ID                the event's id, to deliver one again; several keys get ID, ID-2, ID-3 ...
  --etag, --sequencer    what the event says of the object's version
  --json                 one JSON object a line instead of text

Exit code: 0 when every answer was 2xx, 1 when one was not, 3 when nobody answers.

examples:
  exr-function invoke beauty.1001.exr --bucket renders
  exr-function invoke s3://renders/shots/a.exr --event removed --mode structured
  exr-function invoke --event schedule
  exr-function invoke *.exr --bucket renders --mode batch
`;
