/** Events as the platform sends them, about an object of one's choice: for `exr-function invoke`, for events/*.json, for tests. */

export interface SampleOptions {
  readonly bucket: string;
  readonly key: string;
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly etag?: string;
  readonly size?: number;
  readonly sequencer?: string;
  /** More keys, for events about several objects. */
  readonly keys?: readonly string[];
}

export type SampleEvent = Readonly<Record<string, unknown>>;

/** As S3 events write a key: a form's encoding, slashes left. */
export function recordKey(key: string): string {
  return encodeURIComponent(key).replace(/%20/g, '+').replace(/%2F/g, '/');
}

const SOURCE = 'vastdata.com:exr-landed.b45a6820-410c-457a-ac1b-035a102b5d05';
const SUBJECT = 'vast-broker-engine-broker.main';

function record(eventName: string, options: SampleOptions, key: string): SampleEvent {
  return {
    eventVersion: '2.2', eventSource: 'vast:s3', awsRegion: 'selab-var-201', eventTime: options.time, eventName, userIdentity: { principalId: 'principleId' }, requestParameters: { sourceIPAddress: '172.200.11.10' },
    responseElements: { 'x-amz-request-id': '0x391710286a372', 'x-amz-id-2': '0x391710286a372' },
    s3: {
      s3SchemaVersion: '1.0', configurationId: 'exr-landed.b45a6820-410c-457a-ac1b-035a102b5d05', bucket: { name: options.bucket, ownerIdentity: { principalId: 'principleId' }, arn: `arn:aws:s3:::${options.bucket}` },
      object: { key: recordKey(key), ...(options.size !== undefined && { size: options.size }), ...(options.etag !== undefined && { eTag: options.etag }), ...(options.sequencer !== undefined && { sequencer: options.sequencer }) },
    },
  };
}

function element(type: string, eventName: string, options: SampleOptions): SampleEvent {
  const { bucket, key, keys = [key] } = options;
  return {
    specversion: '1.0', id: options.id, type: `vastdata.com:Element.${type}`, source: SOURCE, subject: SUBJECT, time: options.time, datacontenttype: 'application/json',
    ...(keys.length === 1 && { elementpath: `${bucket}/${keys[0]}`, partitionkey: `${bucket}/${keys[0]}`, elementhandle: '8025198034623744117' }), elementsourcetype: 'vast:s3', knativekafkaoffset: '135498', knativekafkapartition: '0',
    data: { Records: keys.map((each) => record(eventName, options, each)) },
  };
}

const plain = (type: string, options: SampleOptions, rest: SampleEvent): SampleEvent => ({ specversion: '1.0', id: options.id, type, source: SOURCE, subject: SUBJECT, time: options.time, datacontenttype: 'application/json', ...rest });

/** By the names that `invoke` and events/ give them. */
export const SAMPLES: Readonly<Record<string, { readonly says: string; readonly make: (options: SampleOptions) => SampleEvent }>> = {
  created: { says: 'an object was written, as a cluster sends it', make: (options) => element('ElementCreated', 'ObjectCreated:Put', options) },
  removed: { says: 'an object was removed (the names of this type are not documented: words decide)', make: (options) => element('ElementRemoved', 'ObjectRemoved:Delete', options) },
  tagged: { says: 'tags of an object were set', make: (options) => element('ElementTagged', 'ObjectTagging:Put', options) },
  schedule: {
    says: 'a cron trigger: reconcile',
    make: (options) => plain('vastdata.com:Schedule.TimerElapsed', options, { cronschedule: '0 0/5 * ? * * *', timerelapsedtimestamp: options.time, partitionkey: 'exr-reconcile', data: { message: 'Activating trigger by cron' } }),
  },
  cli: {
    says: 'as `vastde functions invoke -g` makes it: another name of the type, no elementpath, the payload within `data`',
    make: (options) => plain('vastdata.com:Element.ObjectCreated', options, { subject: 'vastdata.com:kafka-view.default-topic', triggerext1: 'value1', triggerext2: 'value2', data: { data: { Records: [record('ObjectCreated:Put', options, options.key)] } } }),
  },
  flat: { says: 'the original function\'s own payload: data.path and its switches', make: ({ bucket, key, ...options }) => plain('vastdata.com:Element.ObjectCreated', { ...options, bucket, key }, { data: { path: `s3://${bucket}/${key}`, meta: true, stats: 'false', deep_stats: 0, validate: 'true', policy_path: 'policies/show.yaml', schema_version: 1 } }) },
  keys: { says: 'flat keys: s3_bucket and s3_key', make: ({ bucket, key, ...options }) => plain('vastdata.com:Element.ObjectCreated', { ...options, bucket, key }, { data: { s3_bucket: bucket, s3_key: key } }) },
  function: { says: 'from another function of the pipeline', make: ({ bucket, key, ...options }) => plain('vastdata.com:Function', { ...options, bucket, key }, { source: 'vastdata.com:transcode', data: { file: { path: key, s3_bucket: bucket, s3_key: key } } }) },
};
