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
