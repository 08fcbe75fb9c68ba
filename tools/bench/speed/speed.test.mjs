import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { geometricMean, inTurn, median, startContender, wholeProcess } from './measure.mjs';
import { page } from './page.mjs';
import { aligned, markdown } from './table.mjs';

const fixture = fileURLToPath(new URL('../../../test-fixtures/float_naninf_zip.exr', import.meta.url));

describe('measuring', () => {
  it('takes the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(geometricMean([0.5, 2, 8])).toBeCloseTo(2, 12);
  });

  it('takes turns, each round beginning with another one, and leaves out who cannot', async () => {
    const seen = [];
    const contender = (name) => async (warming) => {
      seen.push(name + (warming ? '?' : ''));
      return name === 'c' ? { error: 'no' } : { ms: 1 };
    };
    const results = await inTurn({ a: contender('a'), b: contender('b'), c: contender('c') }, 3);
    expect(seen.join(' ')).toBe('a? b? c? a b b a a b');
    expect(results.a.runs).toHaveLength(3);
    expect(results.c).toEqual({ error: 'no', runs: [] });
  });

  it('times a process, and says when it fails', async () => {
    const run = await wholeProcess('sleep', ['0.05']);
    expect(run.ms).toBeGreaterThanOrEqual(50);
    expect(run.cpu).toBeLessThan(run.ms);
    expect(await wholeProcess('bash', ['-c', 'exit 3'])).toEqual({ error: 'bash ended with 3' });
  });
});

describe('contenders', () => {
  it.each(['three', 'parse-exr', 'exrs'])('%s measures what ours measures', async (name) => {
    const [ours, peer] = await Promise.all(['ours', name].map(startContender));
    try {
      const truth = (await ours.ask(fixture)).channels;
      const { channels } = await peer.ask(fixture, 1, 1);
      expect(truth.map((channel) => channel.name)).toEqual(['A', 'B', 'G', 'R']);
      expect(channels).toHaveLength(4);
      // Their order is their own; an alpha among the others has the same numbers as ours.
      const numbers = (list) => list.map(({ min, max, mean }) => [min, max, mean]).sort((a, b) => a[1] - b[1]);
      for (const [i, found] of numbers(channels).entries()) found.forEach((value, j) => expect(value).toBeCloseTo(numbers(truth)[i][j], 4));
    } finally {
      ours.stop();
      peer.stop();
    }
  });

  it('say what they cannot do', async () => {
    const ours = await startContender('ours');
    expect(await ours.ask('no-such-file.exr')).toEqual({ error: expect.stringContaining('there is no such file') });
    ours.stop();
    expect(await ours.ask(fixture)).toHaveProperty('error');
  });
});

describe('tables', () => {
  const head = ['file', 'ms'];
  const rows = [['a|b', '1.0'], ['c', '12.0']];
  it('for a terminal', () => expect(aligned(head, rows)).toBe('file    ms\n────  ────\na|b    1.0\nc     12.0'));
  it('for Markdown', () => expect(markdown(head, rows)).toBe('| file | ms |\n|---|---:|\n| a\\|b | 1.0 |\n| c | 12.0 |'));
  it('in a page with its bars', () => {
    const where = { cpu: 'C', cores: 2, memory: '4 GiB', system: 'S', node: 'v20', peers: {} };
    const result = { title: 'T', date: '2026-01-02T03:04:05Z', rounds: 5, load: ['0.1', '0.2'], head, rows, bars: [{ bar: '≤ 1', measured: '0.5', met: true }] };
    expect(page(where, [result])).toMatch(/\| ≤ 1 \| 0\.5 \| met \|[^]*## T\n\n2026-01-02 03:04 UTC, 5 rounds/);
  });
});
