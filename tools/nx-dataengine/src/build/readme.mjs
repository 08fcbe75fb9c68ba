// The README of dist/function: what each file is, what to type, and what nobody knows yet.
import { USER, PORT } from './image.mjs';
import { placeholders } from './manifests.mjs';
import { resourceNames } from './options.mjs';

/** @typedef {import('./options.mjs').FunctionOptions} FunctionOptions */

/** @type {[string, string][]} */
const WHAT = [
  ['server.mjs', 'the function: one file that needs nothing but Node 20 or newer'],
  ['verify.mjs', 'looks into the store: what smoke.sh asks whether rows are there'],
  ['Dockerfile', 'Node and server.mjs; .dockerignore keeps the rest out'],
  ['layer.tar', 'the image\'s layer, for tools without an engine'],
  ['function.yaml', 'the function, for `vastde functions create --from-file`'],
  ['trigger-element.yaml', 'the trigger for objects'],
  ['trigger-schedule.yaml', 'the trigger by the clock'],
  ['pipeline.yaml.tmpl', 'triggers, function and links; deploy.sh makes pipeline.yaml of it'],
  ['secret.yaml.example', 'keys: copy it out of here and fill it in'],
  ['deploy.env.example', 'what differs from site to site: copy it out of here and fill it in'],
  ['config.yaml', 'for a run on one machine: `vastde functions localrun --config`'],
  ['deploy.sh', 'makes or updates all of it; `--dry-run` only prints'],
  ['publish-revision.mjs', 'for vastde releases that cannot publish an update'],
  ['smoke.sh', 'five minutes with a real cluster: upload, wait, look, delete'],
  ['s3-object.mjs', 'puts and deletes the one object of smoke.sh'],
  ['invoke-local.mjs', 'sends events/*.json to a server on this machine'],
  ['python/', 'the same server as a Python function, for clusters that build functions themselves'],
  ['THIRD-PARTY-NOTICES.txt', 'whose packages are in server.mjs, with their licences'],
];

/**
 * @param {FunctionOptions} options
 * @param {{ path: string, size: number }[]} files
 */
export function readme(options, files) {
  const names = resourceNames(options);
  const has = (/** @type {string} */ name) => files.some(({ path }) => path === name || (name.endsWith('/') && path.startsWith(name)));
  const server = files.find(({ path }) => path === 'server.mjs');
  return `# ${options.name} ${options.version}

${options.description}

This folder was made by \`nx build-function\`: everything in it is replaced by the next build, so keep your keys elsewhere.

**No VAST cluster has been reached from where this was written.** The protocol was taken from public logs, manifests and the command line's reference, and
is tested against servers that imitate it. What is not known is listed at the end; \`smoke.sh\` finds out in five minutes.

## Files

| file | what |
| --- | --- |
${WHAT.filter(([name]) => has(name)).map(([name, what]) => `| ${name} | ${what}${name === 'server.mjs' && server ? ` (${(server.size / 1e6).toFixed(2)} MB)` : ''} |`).join('\n')}
| events/ | events to try: objects created, removed, tagged; the clock; what \`vastde functions invoke\` makes; a batch |

## On this machine

    PORT=${PORT} node server.mjs &
    curl -i http://localhost:${PORT}/readiness
    node invoke-local.mjs events/created.json --bucket BUCKET --key KEY

or in the image, as the platform starts it:

    docker build --platform linux/${options.architecture} -t ${options.name}:dev .
    vastde functions localrun ${options.name} --image-tag dev --config my-config.yaml

## On a cluster

1. \`vastde config init\`; a registry that the tenant knows (\`vastde container-registries list\`; it must be HTTPS with a certificate that the cluster trusts).
2. Copy deploy.env.example${options.secretName ? ' and secret.yaml.example' : ''} out of here and fill ${options.secretName ? 'them' : 'it'} in.
3. \`bash deploy.sh --dry-run --env-file my.env\` prints every command and every manifest, and runs nothing.
4. \`bash deploy.sh --env-file my.env${options.secretName ? ' --secret-file my-secret.yaml' : ''} --image registry.example.com/${options.artifactSource} --image-tag 1\`
5. \`bash smoke.sh --help\`, then run it.

A new version: build, and step 4 with a new tag: clusters keep what they once pulled under a tag. \`vastde pipelines update\` alone changes what is stored,
not what runs; deploy.sh deploys after it. Back to an old one: step 4 with \`--skip-image\` and the old tag, or the old revision in the pipeline.

The image runs as ${USER}, listens on ${PORT}, writes no files, and needs no network while it is built but for its base, ${options.baseImage}
(\`--build-arg BASE_IMAGE=…\` for a mirror of yours).${options.layer ? `

Without an engine: layer.tar is the image's one layer. With crane:

    crane append -b ${options.baseImage} -f layer.tar -t registry.example.com/${options.artifactSource}:1
    crane mutate registry.example.com/${options.artifactSource}:1 --user ${USER} --workdir /app --entrypoint node,/app/server.mjs --env NODE_ENV=production,PORT=${PORT}` : ''}

| on the cluster | called |
| --- | --- |
| function, its deployment | ${options.name} |
| pipeline | ${names.pipeline} |
| triggers | ${names.elementTrigger}${options.cron ? `, ${names.scheduleTrigger} (\`${options.cron}\`)` : ''} |
${options.secretName ? `| secret | ${options.secretName} |\n` : ''}
## Settings

${table([...placeholders(options).map(({ name, description }) => [name, description, 'deploy.env']), ...options.environment.filter(({ value }) => value !== undefined).map(({ name, description, value }) => [name, description, `\`${value}\``]), ...options.environment.filter(({ value, optional }) => value === undefined && optional).map(({ name, description }) => [name, description, 'optional: add it to the pipeline\'s environment_variables']), ...options.secretKeys.map(({ name, description }) => [name, description, 'secret'])])}

## If

| it says | do |
| --- | --- |
| 422 … last_published_revision_number | a fault of vastde 5.5.0-sp2: \`deploy.sh --publish-through-api\` |
| no revisions found for function | vastde reads the first 100 revisions of the cluster only: the same |
| \`pipelines create\` answers 500 | make an empty pipeline of this name in the web interface, run deploy.sh again with \`--skip-image\` |
| InProgress for minutes, RevisionMissing | the image: a tag used twice, the wrong architecture (${options.architecture}), a registry that the cluster cannot pull from |
| the schedule never fires | delete the trigger, run deploy.sh again; an update alone has been seen not to help |
| no logs | \`vastde logs get ${names.pipeline} --since 15m --order-by desc --limit 1000\`: without the last two it shows the oldest 100. Scopes are \`user\` and \`vast-runtime\` |

## Not known until somebody runs it on a cluster

- whether the platform admits an image that its own builder did not make (a function is a pointer to an image, and a Python image with an ENTRYPOINT of its own
  is reported to run), and whether it collects that image's standard output; if not, set OTEL_EXPORTER_OTLP_ENDPOINT, whose value is the cluster's to tell
- how secrets are laid out below /secrets (NAME/KEY is read), and which probe paths it uses (/readiness and /liveness answer)
- the form of batches, the encoding of labels, and how elementpath spells special characters
- the names of the events for removed and tagged objects (any name that says so is understood)
- what min_concurrency and max_concurrency count

With \`--shim python\` the first two are the platform's own business.
`;
}

/** @param {string[][]} rows */
function table(rows) {
  return rows.length ? `| setting | what | from |\n| --- | --- | --- |\n${rows.map((cells) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`).join('\n')}` : 'None.';
}
