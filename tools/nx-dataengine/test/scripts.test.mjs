import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { functionTree } from '../src/build/executor.mjs';
import { writeTree } from '../src/build/tree.mjs';
import { optionsOf, tinyApp } from './samples.mjs';
import { run, scratch } from './scratch.mjs';

const SITE = { CONTAINER_REGISTRY: 'my-registry', SOURCE_BUCKET: 'renders', BROKER_NAME: 'vast-broker', TOPIC: 'main', KUBERNETES_CLUSTER_VRN: 'vast:dataengine:kubernetes-clusters:k1', NAMESPACE: 'default', S3_ENDPOINT: 'https://s3.example.com:443' };
const given = { prefix: 'shows/a b+ü%/', suffix: '.exr', cron: '0 * * * *', events: ['ObjectCreated:*', 'ObjectRemoved:*'], sample: 'sample.exr', secretKeys: [{ name: 'S3_SECRET_KEY', description: 'the secret' }], environment: [{ name: 'S3_ENDPOINT', description: 'where objects are' }] };

let workspace, folder, bin, state;
beforeAll(async () => {
  workspace = scratch('scripts');
  tinyApp(workspace);
  workspace.file('sample.exr', 'not really');
  folder = join(workspace.root, 'out');
  writeTree(await functionTree(optionsOf(workspace, given)), folder);
});
afterAll(() => workspace.remove());
beforeEach(() => {
  const temporary = mkdtempSync(join(tmpdir(), 'nx-dataengine-'));
  [bin, state] = [temporary, join(temporary, 'state.json')];
  chmodSync(fileURLToPath(new URL('fake-vastde.mjs', import.meta.url)), 0o755);
  symlinkSync(fileURLToPath(new URL('fake-vastde.mjs', import.meta.url)), join(temporary, 'vastde'));
  writeFileSync(join(temporary, 'docker'), '#!/bin/sh\necho "$@" >>"$FAKE_VASTDE.docker"\n', { mode: 0o755 });
  return () => rmSync(temporary, { recursive: true, force: true });
});

const deploy = (args, env = {}) => run('bash', [join(folder, 'deploy.sh'), ...args], { env: { PATH: `${bin}:${process.env.PATH}`, HOME: bin, FAKE_VASTDE: state, DEPLOY_POLL_SECONDS: '0.1', ...env }, cwd: bin });
const kept = () => JSON.parse(readFileSync(state, 'utf8'));
const verbs = () => kept().calls.filter(([, verb]) => !['get', 'list'].includes(verb)).map(([kind, verb]) => `${kind} ${verb}`);

it.each(['deploy.sh', 'smoke.sh'])('%s is sound bash', async (name) => {
  expect(await run('bash', ['-n', join(folder, name)])).toMatchObject({ code: 0, stderr: '' });
  if (spawnSync('shellcheck', ['--version']).error) return; // where it is not installed
  expect(await run('shellcheck', [join(folder, name)])).toMatchObject({ code: 0, stdout: '' });
});

it('--help says how', async () => {
  for (const name of ['deploy.sh', 'smoke.sh']) {
    const { code, stdout } = await run('bash', [join(folder, name), '--help'], { env: { PATH: process.env.PATH } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^usage: /);
  }
  expect((await run(process.execPath, [join(folder, 'invoke-local.mjs'), '--help'])).stdout).toMatch(/^usage: /);
});

describe('deploy.sh --dry-run', () => {
  it('prints every command and runs none', async () => {
    const { code, stdout, stderr } = await deploy(['--dry-run', '--image', 'registry.example.com/tiny', '--image-tag', '7', '--secret-file', '/dev/null'], SITE);
    expect([code, stderr]).toEqual([0, '']);
    expect(existsSync(state)).toBe(false);
    const commands = stdout.split('\n').filter((line) => line.startsWith('+ '));
    expect(commands.map((line) => line.slice(2).replace(folder, 'HERE'))).toEqual([
      'docker build --platform linux/amd64 --tag registry.example.com/tiny:7 HERE',
      'docker push registry.example.com/tiny:7',
      'vastde functions create --from-file function.yaml --publish',
      'vastde functions update tiny --from-file function.yaml --image-tag 7 --publish',
      'vastde triggers create --from-file trigger-element.yaml',
      'vastde triggers update tiny-objects --from-file trigger-element.yaml',
      'vastde triggers create --from-file trigger-schedule.yaml',
      'vastde triggers update tiny-schedule --from-file trigger-schedule.yaml',
      'vastde pipelines create --config @pipeline.yaml --secret-file /dev/null',
      'vastde pipelines update tiny-pipeline --config @pipeline.yaml --secret-file /dev/null',
      'vastde pipelines deploy tiny-pipeline',
      'vastde pipelines get tiny-pipeline -o json --silent',
    ]);
    expect(stdout).toContain('    source_bucket: "renders"\n');
  });

  it('needs nothing to be installed or set, and says what is not', async () => {
    const { code, stdout, stderr } = await deploy(['--dry-run'], { PATH: '/usr/bin:/bin' });
    expect(code).toBe(0);
    expect(stderr).toContain('Not set: CONTAINER_REGISTRY IMAGE_TAG BROKER_NAME SOURCE_BUCKET TOPIC KUBERNETES_CLUSTER_VRN NAMESPACE S3_ENDPOINT');
    expect(stdout).toContain('${SOURCE_BUCKET}');
  });
});

describe('deploy.sh', () => {
  const args = ['--skip-image', '--image-tag', '1'];

  it('creates what is not there, updates what is, and waits', async () => {
    const first = await deploy(['--image', 'registry.example.com/tiny', '--image-tag', '1'], SITE);
    expect(first).toMatchObject({ code: 0 });
    expect(verbs()).toEqual(['functions create', 'triggers create', 'triggers create', 'pipelines create', 'pipelines deploy']);
    expect(readFileSync(`${state}.docker`, 'utf8')).toBe(`build --platform linux/amd64 --tag registry.example.com/tiny:1 ${folder}\npush registry.example.com/tiny:1\n`);
    expect(first.stderr).toContain('pipeline tiny-pipeline: InProgress: Waiting for pipeline to become ready...\npipeline tiny-pipeline: Ready');
    expect(kept().pipelines['tiny-pipeline'].manifest.function_deployments[0].revision).toBe(1);

    const second = await deploy(['--skip-image', '--image-tag', '2'], SITE);
    expect(second).toMatchObject({ code: 0 });
    expect(verbs().slice(5)).toEqual(['functions update', 'triggers update', 'triggers update', 'pipelines update', 'pipelines deploy']);
    expect(kept().functions.tiny).toMatchObject({ image_tag: '2', last_published_revision_number: 2 });
    expect(kept().pipelines['tiny-pipeline'].deployed.manifest.function_deployments[0].revision).toBe(2);
    expect(second.stderr).toContain('tiny-pipeline runs revision 2');
  });

  it('fills cluster and namespace into the secret, and nothing else', async () => {
    writeFileSync(join(bin, 'secret.yaml'), `${readFileSync(join(folder, 'secret.yaml.example'), 'utf8').replace('value: ""', "value: 'a${TOPIC}&\\b'")}`);
    const result = await deploy([...args, '--secret-file', join(bin, 'secret.yaml')], SITE);
    expect(result).toMatchObject({ code: 0 });
    expect(kept().secret).toEqual({ name: 'tiny-secret', kubernetes_cluster_vrn: SITE.KUBERNETES_CLUSTER_VRN, namespace: 'default', entries: [{ key: 'S3_SECRET_KEY', value: 'a${TOPIC}&\\b' }] });
    expect(`${result.stdout}${result.stderr}`).not.toContain('${TOPIC}');
  });

  it('takes values from a file, the environment first', async () => {
    writeFileSync(join(bin, 'my.env'), `# mine\nCONTAINER_REGISTRY="quoted"\r\nSOURCE_BUCKET=from-file\nIMAGE_TAG=1.0\n${Object.entries(SITE).slice(2).map(([name, value]) => `${name}=${value}`).join('\n')}`);
    expect(await deploy(['--env-file', join(bin, 'my.env'), '--skip-image'], { SOURCE_BUCKET: 'from-environment' })).toMatchObject({ code: 0 });
    expect(kept().triggers['tiny-objects'].source_bucket).toBe('from-environment');
    expect(kept().functions.tiny).toMatchObject({ container_registry: 'quoted', image_tag: '1.0' });
  });

  it.each([
    ['a value that is missing', args, { ...SITE, TOPIC: '' }, 1, 'Not set: TOPIC'],
    ['a value that would be more than a value', args, { ...SITE, TOPIC: 'main"\nnamespace: kube-system' }, 1, 'TOPIC: found \'main"'],
    ['an option that is none', ['--fast'], SITE, 2, '--fast is not an option'],
    ['a login that is over', args, { ...SITE, FAKE_VASTDE_FAULT: 'login' }, 1, 'vastde cannot list functions'],
    ['no repository to push to', ['--image-tag', '1'], SITE, 1, '--image REPOSITORY'],
    ['a pipeline that does not come up', args, { ...SITE, FAKE_VASTDE_FAULT: 'failed' }, 1, 'the pipeline failed: ImagePullBackOff'],
    ['500 for a new pipeline', args, { ...SITE, FAKE_VASTDE_FAULT: '500' }, 1, 'make a pipeline of this name in the web interface'],
  ])('stops at %s', async (_, words, env, code, message) => {
    const result = await deploy(words, env);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
  });

  it('knows the 422 of an update, and the way round it', async () => {
    await deploy(args, SITE);
    const refused = await deploy(['--skip-image', '--image-tag', '2'], { ...SITE, FAKE_VASTDE_FAULT: '422' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('Run again with --publish-through-api');
    expect(verbs().at(-1)).toBe('functions update'); // nothing was touched after it

    const requests = [];
    const revisions = [{ revision_number: 1, image_tag: '1', is_published: true, container_registry_vrn: 'vast:dataengine:container-registries:r', artifact_source: 'tiny', artifact_type: 'image' }];
    const api = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      requests.push({ method: request.method, url: request.url, token: request.headers.authorization, body: body && JSON.parse(body) });
      const { url, method } = request;
      if (method === 'PUT') revisions.push({ ...requests.at(-1).body, revision_number: 2 });
      response.end(JSON.stringify(url === '/api/token/studio' ? { access: 'T0KEN' } : url.startsWith('/api/latest/serverless/functions?name=') ? { data: [{ name: 'tiny', guid: 'g', description: 'd' }] } : url.endsWith('/revisions') ? { data: revisions } : {}));
    });
    await new Promise((resolve) => api.listen(0, '127.0.0.1', resolve));
    try {
      writeFileSync(join(bin, 'config.toml'), `# vastde\n[servers]\nvms_url = "http://127.0.0.1:${api.address().port}/"\n[auth]\ntenant = "studio"\nusername = 'me'\npassword = "s\\"ecret" # mine\n`);
      const result = await deploy(['--skip-image', '--image-tag', '2', '--publish-through-api'], { ...SITE, VAST_CONFIG: join(bin, 'config.toml') });
      expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('Ready') });
      expect(result.stdout).toContain('tiny: revision 2 published, image tag 2');
      expect(`${result.stdout}${result.stderr}`).not.toMatch(/ecret|T0KEN/);
      expect(requests[0]).toMatchObject({ method: 'POST', url: '/api/token/studio', body: { username: 'me', password: 's"ecret' } });
      expect(requests.find(({ method }) => method === 'PUT')).toEqual({
        method: 'PUT', url: '/api/latest/serverless/functions/g', token: 'Bearer T0KEN',
        body: { name: 'tiny', description: 'd', container_registry_vrn: 'vast:dataengine:container-registries:r', artifact_source: 'tiny', artifact_type: 'image', image_tag: '2', is_published: true },
      });
    } finally {
      api.close();
    }
  });
});

describe('smoke.sh', () => {
  const smoke = async (env, args = [], verify) => {
    const objects = new Map();
    const seen = [];
    const s3 = createServer(async (request, response) => {
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      seen.push([request.method, request.url]);
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=key/')) return void response.writeHead(403).end();
      if (request.method === 'PUT') objects.set(decodeURIComponent(request.url), Buffer.concat(pieces).toString());
      if (request.method === 'DELETE') objects.delete(decodeURIComponent(request.url));
      response.writeHead(request.method === 'DELETE' ? 204 : 200).end();
    });
    await new Promise((resolve) => s3.listen(0, '127.0.0.1', resolve));
    if (verify) writeFileSync(join(folder, 'verify.mjs'), verify);
    try {
      const result = await run('bash', [join(folder, 'smoke.sh'), '--wait', '1', ...args], { env: { PATH: `${bin}:${process.env.PATH}`, HOME: bin, FAKE_VASTDE: state, SMOKE_POLL_SECONDS: '0.1', S3_ENDPOINT: `http://127.0.0.1:${s3.address().port}`, S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret', SOURCE_BUCKET: 'renders', ...env }, cwd: bin });
      return { ...result, objects, seen };
    } finally {
      s3.close();
      rmSync(join(folder, 'verify.mjs'), { force: true });
    }
  };
  const ready = () => writeFileSync(state, JSON.stringify({ calls: [], functions: {}, triggers: {}, pipelines: { 'tiny-pipeline': { status: 'Ready' } }, polls: 9 }));

  it('uploads, sees the rows come, deletes, sees them go', async () => {
    ready();
    const { code, stdout, objects, seen } = await smoke({}, [], "const [bucket, key, removed] = process.argv.slice(2); console.log('row', bucket, key.startsWith('shows/a b+ü%/tiny') && key.endsWith('.exr'), removed ?? ''); process.exit(0);");
    expect(stdout).toContain('the pipeline is ready');
    expect(stdout).toContain('uploaded 10 bytes as s3://renders/shows/a b+ü%/tiny-smoke-');
    expect(stdout).toContain('row renders true \n');
    expect(stdout).toContain('row renders true --removed');
    expect([code, objects.size, seen.map(([method, url]) => `${method} ${decodeURIComponent(url).replace(/-smoke-.*/, '')}`)]).toEqual([0, 0, ['PUT /renders/shows/a b+ü%/tiny', 'DELETE /renders/shows/a b+ü%/tiny']]);
    expect(stdout).not.toContain('secret');
  });

  it('fails, and cleans up, when no row comes', async () => {
    ready();
    const { code, stdout, objects } = await smoke({}, [], 'process.exit(3);');
    expect(code).toBe(1);
    expect(stdout).toContain('FAILED: the store shows no row of it after 1 s');
    expect(objects.size).toBe(0);
  });

  it('says which thing is wrong', async () => {
    ready();
    expect((await smoke({ S3_ACCESS_KEY: 'wrong' })).stdout).toContain('FAILED: the upload was refused');
    expect(await smoke({ SOURCE_BUCKET: '' })).toMatchObject({ code: 2, stderr: expect.stringContaining('SOURCE_BUCKET is not set') });
    writeFileSync(state, JSON.stringify({ calls: [], functions: {}, triggers: {}, pipelines: {}, polls: 0 }));
    expect((await smoke({})).stdout).toContain('FAILED: the pipeline is not Ready');
  });
});

it('deploy.env.example and the manifests name the same things', () => {
  const asked = [...readFileSync(join(folder, 'deploy.env.example'), 'utf8').matchAll(/^([A-Z0-9_]+)=/gm)].map(([, name]) => name);
  const used = ['function.yaml', 'trigger-element.yaml', 'trigger-schedule.yaml', 'pipeline.yaml.tmpl', 'secret.yaml.example'].flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/\$\{([A-Z0-9_]+)\}/g)].map(([, name]) => name));
  expect([...asked, 'REVISION'].sort()).toEqual([...new Set(used)].sort());
  expect(parse(readFileSync(join(folder, 'secret.yaml.example'), 'utf8')).entries).toEqual([{ key: 'S3_SECRET_KEY', value: '' }]);
});
