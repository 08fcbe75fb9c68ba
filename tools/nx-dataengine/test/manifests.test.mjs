import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { EVERYTHING, filesOf, optionsOf, tinyApp } from './samples.mjs';
import { scratch } from './scratch.mjs';

// What the platform's own manifests and command reference have, field for field; no field besides.
const string = { type: 'string', minLength: 1 };
const tags = { type: 'object', additionalProperties: { type: 'string' } };
const object = (properties, required = Object.keys(properties)) => ({ type: 'object', additionalProperties: false, required, properties });
const list = (items) => ({ type: 'array', items });
const SCHEMAS = {
  'function.yaml': object({ name: string, description: string, container_registry: string, artifact_type: { const: 'image' }, artifact_source: string, image_tag: string, architecture: { enum: ['amd64', 'arm64'] }, tags, revision_alias: string, revision_description: string }, ['name', 'container_registry', 'artifact_type', 'artifact_source', 'image_tag', 'architecture']),
  'trigger-element.yaml': object({
    name: string, type: { const: 'Element' }, description: string, source_bucket: string, events: { type: 'array', minItems: 1, items: { enum: ['ObjectCreated:*', 'ObjectRemoved:*', 'ObjectTagging:Put', 'ObjectTagging:Delete'] } },
    broker_name: string, broker_type: { enum: ['Internal', 'External'] }, broker_url: string, topic: string, name_prefix: string, name_suffix: string, tag_prefix: string, tag_suffix: string, tags,
  }, ['name', 'type', 'source_bucket', 'events', 'broker_name', 'broker_type', 'topic']),
  'trigger-schedule.yaml': object({ name: string, type: { const: 'Schedule' }, description: string, cron_schedule: string, broker_name: string, broker_type: { enum: ['Internal', 'External'] }, broker_url: string, topic: string, tags }, ['name', 'type', 'cron_schedule', 'broker_name', 'broker_type', 'topic']),
  'pipeline.yaml.tmpl': object({
    name: string, description: string, kubernetes_cluster_vrn: string, namespace: string, tags,
    manifest: object({
      config: object({ environment_variables: list(object({ name: string, value: { type: 'string' } })), secrets: list(string) }),
      triggers: list(object({ name: string, vrn: { type: 'string', pattern: '^vast:dataengine:triggers:' } })),
      function_deployments: list(object({
        function_vrn: { type: 'string', pattern: '^vast:dataengine:functions:' }, name: string, revision: { anyOf: [{ type: 'integer', minimum: 1 }, { const: '${REVISION}' }] }, config: object({ log_level: string }),
        resources: object({ min_cpu: string, max_cpu: string, min_memory: string, max_memory: string, min_concurrency: { type: 'integer' }, max_concurrency: { type: 'integer' }, timeout: { type: 'integer' } }),
      })),
      links: list(object({ source: list(string), destination: list(string), topic: { type: 'string', pattern: '^vast:dataengine:topics:[^/]+/[^/]+$' }, config: object({ events_order: { enum: ['ordered', 'unordered'] }, retries: { type: 'integer' } }) })),
    }),
  }),
  'secret.yaml.example': object({ name: string, kubernetes_cluster_vrn: string, namespace: string, entries: list(object({ key: string, value: { type: 'string' } })) }),
  'config.yaml': object({ envs: { type: 'object', additionalProperties: { type: 'string' } }, secrets: { type: 'object', additionalProperties: { type: 'object', additionalProperties: { type: 'string' } } } }),
};
const ajv = new Ajv({ allErrors: true });

let workspace, bare, full;
beforeAll(async () => {
  workspace = scratch('manifests');
  tinyApp(workspace);
  [bare, full] = [await filesOf(workspace, { suffix: '.exr' }), await filesOf(workspace, EVERYTHING)];
});
afterAll(() => workspace.remove());

describe('manifests', () => {
  it.each(Object.keys(SCHEMAS))('%s has the platform\'s fields, said and unsaid, as a YAML 1.2 and as a YAML 1.1 parser read it', (name) => {
    for (const files of [bare, full]) {
      if (files[name] === undefined) continue;
      for (const version of ['1.2', '1.1']) {
        const document = parseDocument(files[name], { version });
        expect(document.errors).toEqual([]);
        ajv.validate(SCHEMAS[name], document.toJS());
        expect(ajv.errors, `${name} as YAML ${version}`).toBe(null);
      }
    }
    expect(full[name]).toBeDefined();
  });

  it('say what the options say', () => {
    expect(parse(full['function.yaml'])).toMatchObject({ name: 'tiny', container_registry: 'my-registry', artifact_source: 'studio/tiny', image_tag: '1.0', architecture: 'arm64', tags: { show: 'yes', year: '2026' } });
    expect(parse(full['trigger-element.yaml'])).toMatchObject({ name: 'tiny-objects', source_bucket: 'renders', name_prefix: 'shows/', name_suffix: '.exr', events: ['ObjectCreated:*', 'ObjectRemoved:*'], topic: 'main' });
    expect(parse(full['trigger-schedule.yaml'])).toMatchObject({ name: 'tiny-schedule', cron_schedule: '0 * * * *' });
    const pipeline = parse(full['pipeline.yaml.tmpl']);
    expect(pipeline.manifest.config).toEqual({ environment_variables: [{ name: 'EXR_STATS', value: 'off' }, { name: 'MOST', value: '010' }], secrets: ['tiny-secret'] });
    expect(pipeline.manifest.links).toEqual(['tiny-objects', 'tiny-schedule'].map((name) => ({ source: [name], destination: ['tiny'], topic: 'vast:dataengine:topics:vast-broker/main', config: { events_order: 'ordered', retries: 5 } })));
    expect(pipeline.manifest.function_deployments[0].resources).toEqual({ min_cpu: '100m', max_cpu: '2', min_memory: '128Mi', max_memory: '1Gi', min_concurrency: 0, max_concurrency: 20, timeout: 120 });
    expect(parse(full['config.yaml']).secrets).toEqual({ 'tiny-secret': { S3_ACCESS_KEY: '', S3_SECRET_KEY: '' } });
  });

  it('asks for a broker\'s address only when it is somebody else\'s', async () => {
    expect(full['trigger-element.yaml']).not.toContain('broker_url');
    expect(parse((await filesOf(workspace, { brokerType: 'External' }))['trigger-element.yaml']).broker_url).toBe('${BROKER_URL}');
  });

  it('has no schedule, and no secret, where none is wanted', () => {
    expect(bare['trigger-schedule.yaml']).toBeUndefined();
    expect(bare['secret.yaml.example']).toBeUndefined();
    expect(parse(bare['pipeline.yaml.tmpl']).manifest.triggers).toEqual([{ name: 'tiny-objects', vrn: 'vast:dataengine:triggers:tiny-objects' }]);
  });
});

describe('events', () => {
  it('are the shapes that were seen: elementpath and Records agree, keys in Records are form-encoded', () => {
    for (const name of ['created.json', 'removed.json', 'tagged.json']) {
      const event = JSON.parse(full[`events/${name}`]);
      expect(event.id).toMatch(/^[0-9a-f]+$/); // the platform's own runtime reads it as hexadecimal
      expect(event.subject).toContain('.');
      expect(event.source).toMatch(/^vastdata\.com:tiny-objects\.[0-9a-f-]{36}$/);
      expect(event.type).toMatch(/^vastdata\.com:Element\./);
      const { bucket, object } = event.data.Records[0].s3;
      expect(object.key).toMatch(/\+.*%2B/);
      expect(`${bucket.name}/${decodeURIComponent(object.key.replace(/\+/g, ' '))}`).toBe(event.elementpath);
      expect(event.elementpath).toMatch(/^renders\/shows\/.*\.exr$/);
    }
    expect(JSON.parse(full['events/schedule.json'])).toMatchObject({ type: 'vastdata.com:Schedule.TimerElapsed', data: { message: 'Activating trigger by cron' } });
    const cli = JSON.parse(full['events/cli.json']);
    expect([cli.type, cli.elementpath]).toEqual(['vastdata.com:Element.ObjectCreated', undefined]);
    expect(JSON.parse(full['events/batch.json'])).toHaveLength(2);
  });
});

describe('options', () => {
  it.each([
    [{ minCpu: '2', maxCpu: '500m' }, 'minCpu: found "2", expected at most maxCpu, 500m'],
    [{ minMemory: '1Gi', maxMemory: '512Mi' }, 'minMemory: found "1Gi", expected at most maxMemory, 512Mi'],
    [{ minMemory: '1Mi', maxMemory: '32Mi' }, 'maxMemory: found "32Mi", expected at least 64Mi'],
    [{ minConcurrency: 11 }, 'minConcurrency: found 11, expected at most maxConcurrency, 10'],
    [{ prefix: 'a\nb: c' }, 'prefix: found "a\\nb: c", expected text without control characters'],
    [{ outputPath: '../elsewhere' }, 'outputPath: found "../elsewhere", expected a path below the workspace'],
    [{ outputPath: 'apps' }, 'outputPath: found "apps", expected a folder of its own'],
    [{ entries: { server: 'src/a.ts' } }, 'entries: found "server"'],
    [{ name: 'Tiny_Function' }, 'name: found "Tiny_Function", expected lower-case letters'],
    [{ environment: [{ name: 'A', description: '' }], secretKeys: [{ name: 'A', description: '' }] }, 'environment, secretKeys: found "A", expected each name once'],
  ])('%j is refused: %s', (given, message) => {
    expect(() => optionsOf(workspace, given)).toThrow(message);
  });

  it.each([
    { minMemory: '1Ti' }, { maxCpu: 'lots' }, { timeout: 0 }, { retries: 1.5 }, { imageTag: '-x' }, { bucket: 'No_Bucket' }, { cron: 'hourly' }, { shim: 'ruby' }, { events: ['ObjectRead:*'] }, { events: [] },
    { containerRegistry: 'a b' }, { kubernetesCluster: 'k1' }, { secretKeys: [{ name: 'a b', description: '' }] }, { environment: [{ name: 'lower', description: '' }] }, { nonsense: 1 },
  ])('the schema refuses %j', (given) => {
    const schema = JSON.parse(readFileSync(new URL('../src/build/schema.json', import.meta.url), 'utf8'));
    const validate = new Ajv({ strict: false, validateSchema: false }).compile({ ...schema, $schema: undefined });
    expect(validate({ ...EVERYTHING, shim: 'python' })).toBe(true);
    expect(validate({ ...EVERYTHING, ...given })).toBe(false);
  });

  it('takes name, version and description from the package', () => {
    expect(optionsOf(workspace)).toMatchObject({ name: 'tiny', version: '1.2.3', artifactSource: 'tiny', outputPath: 'apps/tiny/dist/function', timeout: 60, shim: 'none', baseImage: 'node:22-slim' });
  });
});
