// Events to send to a function that runs on this machine: the three shapes that real systems were seen to send, and what follows from them.
import { resourceNames } from './options.mjs';

/** @typedef {import('./options.mjs').FunctionOptions} FunctionOptions */

const ID = 'b45a6820-410c-457a-ac1b-035a102b5d05';
const TIME = '2026-04-08T15:41:29.591955';

/**
 * By file name: a CloudEvent in structured form, or an array of them (a batch).
 * @param {FunctionOptions} options
 * @returns {Record<string, unknown>}
 */
export function eventSamples(options) {
  const { elementTrigger, scheduleTrigger } = resourceNames(options);
  const bucket = options.bucket ?? 'renders';
  const key = `${options.prefix ?? ''}show/seq 010/shot+0020/beauty.1001${options.suffix ?? '.bin'}`;
  const created = element({ id: '1004356627333135', trigger: elementTrigger, subtype: 'ElementCreated', eventName: 'ObjectCreated:Put', bucket, key });
  return {
    'created.json': created,
    'removed.json': element({ id: '1004356627333136', trigger: elementTrigger, subtype: 'ElementRemoved', eventName: 'ObjectRemoved:Delete', bucket, key }),
    'tagged.json': element({ id: '1004356627333137', trigger: elementTrigger, subtype: 'ElementTagged', eventName: 'ObjectTagging:Put', bucket, key }),
    'schedule.json': {
      specversion: '1.0', id: 'efa7325c-3194-4e03-87f7-a66059b4e696', type: 'vastdata.com:Schedule.TimerElapsed', source: `vastdata.com:${scheduleTrigger}.${ID}`,
      subject: 'vast-broker-engine-broker.main', time: `${TIME}+00:00`, datacontenttype: 'application/json',
      cronschedule: '0 0/5 * ? * * *', timerelapsedtimestamp: '1775662889591', partitionkey: scheduleTrigger, data: { message: 'Activating trigger by cron' },
    },
    'cli.json': {
      specversion: '1.0', id: '59e46a1b-b060-49e8-8438-3dc03095a0da', type: 'vastdata.com:Element.ObjectCreated', source: 'vastdata.com:trigger1.7c99196c-6c16-4c84-b87d-c1d7861d0ba4',
      subject: 'vastdata.com:kafka-view.default-topic', time: '2025-10-10T13:38:09Z', datacontenttype: 'application/json', triggerext1: 'cli-generated', triggerext2: 'test-event',
      data: { Records: [{ s3: { bucket: { name: bucket }, object: { key: encode(key) } } }] },
    },
    'batch.json': [created, element({ id: '1004356627333138', trigger: elementTrigger, subtype: 'ElementCreated', eventName: 'ObjectCreated:Put', bucket, key: key.replace('1001', '1002') })],
  };
}

/** @param {{ id: string, trigger: string, subtype: string, eventName: string, bucket: string, key: string }} event */
function element({ id, trigger, subtype, eventName, bucket, key }) {
  return {
    specversion: '1.0', id, type: `vastdata.com:Element.${subtype}`, source: `vastdata.com:${trigger}.${ID}`, subject: 'vast-broker-engine-broker.main',
    time: `${TIME}+00:00`, datacontenttype: 'application/json', elementpath: `${bucket}/${key}`, elementhandle: '8025198034623744117', elementsourcetype: 'vast:s3',
    knativekafkaoffset: '135498', knativekafkapartition: '0',
    data: { Records: [{
      eventVersion: '2.2', eventSource: 'vast:s3', awsRegion: 'us-east-1', eventTime: `${TIME}Z`, eventName, userIdentity: { principalId: 'principleId' },
      requestParameters: { sourceIPAddress: '192.0.2.10' }, responseElements: { 'x-amz-request-id': '0x391710286a372', 'x-amz-id-2': '0x391710286a372' },
      s3: {
        s3SchemaVersion: '1.0', configurationId: `${trigger}.${ID}`, bucket: { name: bucket, ownerIdentity: { principalId: 'principleId' }, arn: `arn:aws:s3:::${bucket}` },
        object: { key: encode(key), size: 350, eTag: '1d6155b60405bab055527913efd734a7', sequencer: `009f00000000000f42${id.slice(-2)}` },
      },
    }] },
  };
}

/** As S3 spells keys in notifications: form encoding, with / left alone. @param {string} key */
function encode(key) {
  return encodeURIComponent(key).replace(/%20/g, '+').replace(/%2F/g, '/');
}
