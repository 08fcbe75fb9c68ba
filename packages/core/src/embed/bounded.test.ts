import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { attribute, bytes, exr, required } from '../header/exr-bytes.spec-util.ts';
import { openExr } from '../header/index.ts';
import { buildReport } from '../report/index.ts';
import { embedChannels, embedMetadata, explain } from './index.ts';

const reportWith = async (...more: Uint8Array[]) => buildReport(await openExr(memorySource(exr(bytes(required(), ...more)))));

describe('names as long as a file likes', () => {
  it.each([['view', '-'], ['view', '1'], ['view', ' '], ['software', ' - '], ['name', '_'], ['colorInteropID', 'a_']])('%s of 300 KB of “%s” is embedded at once', async (name, piece) => {
    const report = await reportWith(attribute(name, 'string', piece.repeat(300_000 / piece.length)));
    // Whatever else a report may say: one that nobody cut.
    const whole = { ...report, parts: report.parts.map((part) => ({ ...part, [name === 'colorInteropID' ? 'color_space' : name]: piece.repeat(300_000 / piece.length) })), channels: report.channels.map((channel) => ({ ...channel, view: piece.repeat(100_000) })) };
    const begin = process.cpuUsage();
    for (const each of [report, whole]) {
      embedMetadata(each);
      embedChannels(each);
      explain(each, report);
    }
    // It was 89 seconds.
    expect(process.cpuUsage(begin).user).toBeLessThan(2e6);
  });
});

describe('more attributes than any honest file', () => {
  const attributes = Array.from({ length: 262_100 }, (_, i) => ({ name: `studio_${i.toString(16)}`, type: 'string', size: 3, value: `v${i}` }));

  it('are embedded at once, and the first ones tell', async () => {
    const report = await reportWith();
    const withAll = (list: typeof attributes) => ({ ...report, parts: [{ ...report.parts[0]!, attributes: [...report.parts[0]!.attributes, ...list] }] });
    const begin = process.cpuUsage();
    const all = embedMetadata(withAll(attributes));
    // It was 1.5 seconds.
    expect(process.cpuUsage(begin).user).toBeLessThan(1e6);
    expect(all).toEqual(embedMetadata(withAll([...attributes.slice(0, 200_000), ...attributes.slice(0, 1000)])));
    expect(all).not.toEqual(embedMetadata(withAll(attributes.slice(1))));
  });
});
