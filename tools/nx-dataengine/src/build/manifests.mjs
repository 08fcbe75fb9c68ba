// The manifests, field by field as the platform's own samples have them, made from the options by a YAML library.
import { Document, Scalar, isMap, isScalar } from 'yaml';
import { resourceNames } from './options.mjs';

/** @typedef {import('./options.mjs').FunctionOptions} FunctionOptions */

/** What stands in a manifest until deploy.sh fills it in. @param {string} name */
export const placeholder = (name) => `\${${name}}`;

/**
 * The values that a site must give, and what they are; deploy.sh takes them from the environment or from --env-file.
 * @param {FunctionOptions} options
 * @returns {{ name: string, description: string }[]}
 */
export function placeholders(options) {
  const asked = [
    [options.containerRegistry, 'CONTAINER_REGISTRY', 'the registry as the tenant knows it (vastde container-registries list)'],
    [options.imageTag, 'IMAGE_TAG', 'the image\'s tag; a new one for each image'],
    [options.bucket, 'SOURCE_BUCKET', 'the bucket that is watched'],
    [options.brokerName, 'BROKER_NAME', 'the event broker; for VAST\'s own the name of its view'],
    ...(options.brokerType === 'External' ? [[options.brokerUrl, 'BROKER_URL', 'where the broker is']] : []),
    [options.topic, 'TOPIC', 'the topic within the broker (vastde topics list)'],
    [options.kubernetesCluster, 'KUBERNETES_CLUSTER_VRN', 'the compute cluster (vastde compute-clusters list)'],
    [options.namespace, 'NAMESPACE', 'the Kubernetes namespace'],
  ];
  return [
    ...asked.flatMap(([given, name, description]) => (given === undefined ? [{ name: String(name), description: String(description) }] : [])),
    ...options.environment.flatMap(({ name, value, description, optional }) => (value === undefined && !optional ? [{ name, description }] : [])),
  ];
}

/** @param {FunctionOptions} options */
export function functionManifest(options) {
  return text({
    name: options.name,
    description: options.description,
    container_registry: options.containerRegistry ?? placeholder('CONTAINER_REGISTRY'),
    artifact_type: 'image',
    artifact_source: options.artifactSource,
    image_tag: options.imageTag ?? placeholder('IMAGE_TAG'),
    architecture: options.architecture,
    tags: options.tags,
    revision_description: `${options.name} ${options.version}`,
  }, 'The function: a pointer to an image. deploy.sh fills in what stands in ${…}.');
}

/** @param {FunctionOptions} options @param {{ name: string, description: string }} identity @param {string} type */
function trigger(options, { name, description }, type) {
  return {
    name, type, description,
    broker_type: options.brokerType,
    broker_name: options.brokerName ?? placeholder('BROKER_NAME'),
    ...(options.brokerType === 'External' ? { broker_url: options.brokerUrl ?? placeholder('BROKER_URL') } : {}),
    topic: options.topic ?? placeholder('TOPIC'),
    tags: options.tags,
  };
}

/** @param {FunctionOptions} options */
export function elementTriggerManifest(options) {
  const { elementTrigger } = resourceNames(options);
  return text({
    ...trigger(options, { name: elementTrigger, description: `Objects${options.suffix ? ` that end with ${options.suffix}` : ''}, for ${options.name}` }, 'Element'),
    source_bucket: options.bucket ?? placeholder('SOURCE_BUCKET'),
    events: options.events,
    ...(options.prefix ? { name_prefix: options.prefix } : {}),
    ...(options.suffix ? { name_suffix: options.suffix } : {}),
  }, 'Tells the function of objects. What it does not match costs nothing: filter here, not in the function.');
}

/** @param {FunctionOptions} options */
export function scheduleTriggerManifest(options) {
  const { scheduleTrigger } = resourceNames(options);
  return text({
    ...trigger(options, { name: scheduleTrigger, description: `Clockwork of ${options.name}` }, 'Schedule'),
    cron_schedule: options.cron,
  }, 'Wakes the function by the clock.');
}

/** @param {FunctionOptions} options */
export function pipelineManifest(options) {
  const names = resourceNames(options);
  const triggers = [names.elementTrigger, ...(options.cron ? [names.scheduleTrigger] : [])];
  const topic = `vast:dataengine:topics:${options.brokerName ?? placeholder('BROKER_NAME')}/${options.topic ?? placeholder('TOPIC')}`;
  return text({
    name: names.pipeline,
    description: options.description,
    kubernetes_cluster_vrn: options.kubernetesCluster ?? placeholder('KUBERNETES_CLUSTER_VRN'),
    namespace: options.namespace ?? placeholder('NAMESPACE'),
    tags: options.tags,
    manifest: {
      config: {
        environment_variables: options.environment.filter(({ value, optional }) => value !== undefined || !optional).map(({ name, value }) => ({ name, value: value ?? placeholder(name) })),
        secrets: options.secretName ? [options.secretName] : [],
      },
      triggers: triggers.map((name) => ({ name, vrn: `vast:dataengine:triggers:${name}` })),
      function_deployments: [{
        function_vrn: `vast:dataengine:functions:${options.name}`,
        name: names.deployment,
        revision: placeholder('REVISION'),
        config: { log_level: options.logLevel },
        resources: {
          min_cpu: options.minCpu, max_cpu: options.maxCpu, min_memory: options.minMemory, max_memory: options.maxMemory,
          min_concurrency: options.minConcurrency, max_concurrency: options.maxConcurrency, timeout: options.timeout,
        },
      }],
      links: triggers.map((name) => ({ source: [name], destination: [names.deployment], topic, config: { events_order: options.eventsOrder, retries: options.retries } })),
    },
  }, 'The pipeline: triggers, the function and what joins them. deploy.sh fills in what stands in ${…}; REVISION is the one that it has just published.');
}

/** @param {FunctionOptions} options */
export function secretManifest(options) {
  const document = doc({
    name: options.secretName,
    kubernetes_cluster_vrn: options.kubernetesCluster ?? placeholder('KUBERNETES_CLUSTER_VRN'),
    namespace: options.namespace ?? placeholder('NAMESPACE'),
    entries: options.secretKeys.map(({ name }) => ({ key: name, value: '' })),
  }, 'Copy this out of here (this folder is emptied by every build), fill it in, chmod 600, and give it to deploy.sh --secret-file.');
  const entries = /** @type {any} */ (document.get('entries'));
  options.secretKeys.forEach(({ description }, i) => { entries.items[i].commentBefore = ` ${description}`; });
  return print(document);
}

/** For `vastde functions localrun --config`. @param {FunctionOptions} options */
export function localConfig(options) {
  const document = doc({
    envs: Object.fromEntries(options.environment.map(({ name, value }) => [name, value ?? ''])),
    secrets: options.secretName ? { [options.secretName]: Object.fromEntries(options.secretKeys.map(({ name }) => [name, ''])) } : {},
  }, 'For a run on this machine: vastde functions localrun --config. Copy it out of here before you write keys into it.');
  describe(document.get('envs'), options.environment);
  if (options.secretName) describe(document.getIn(['secrets', options.secretName]), options.secretKeys);
  return print(document);
}

/** @param {unknown} map @param {{ name: string, description: string }[]} entries */
function describe(map, entries) {
  if (!isMap(map)) return;
  for (const pair of map.items) {
    const found = entries.find(({ name }) => isScalar(pair.key) && pair.key.value === name);
    if (found && isScalar(pair.key)) pair.key.commentBefore = ` ${found.description}`;
  }
}

/** @param {unknown} value @param {string} comment */
function text(value, comment) {
  return print(doc(value, comment));
}

/** Long sentences stay on their line. @param {Document} document */
function print(document) {
  return document.toString({ lineWidth: 0 });
}

/** @param {unknown} value @param {string} comment @returns {Document} */
function doc(value, comment) {
  const document = new Document(value, { aliasDuplicateObjects: false });
  document.commentBefore = ` ${comment}`;
  quotePlaceholders(document.contents);
  document.setSchema('1.1'); // strings that an older parser would take for a number or a truth are quoted
  return document;
}

/**
 * What is filled in later must stay the string that it is (a tag 1.0 is not a number): in quotes. REVISION alone is a number.
 * @param {unknown} node
 */
function quotePlaceholders(node) {
  if (isScalar(node)) {
    if (typeof node.value === 'string' && node.value.includes('${') && node.value !== placeholder('REVISION')) node.type = Scalar.QUOTE_DOUBLE;
  } else if (isMap(node)) for (const pair of node.items) quotePlaceholders(pair.value);
  else if (node && typeof node === 'object' && 'items' in node) for (const item of /** @type {{ items: unknown[] }} */ (node).items) quotePlaceholders(item);
}
