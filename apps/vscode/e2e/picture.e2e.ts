/** Bar 1: what is done with the picture: exposure, layers, marks, values, statistics, help. */
import { describe, expect, test } from 'vitest';
import { ExrView } from './exr-view.ts';
import { inspect, planes, shot, stats, useWorkbench } from './suite.ts';

/** A number as the view writes it. */
const numberOf = (text: string): number => (text === '+Inf' ? Infinity : text === '−Inf' ? -Infinity : Number(text.replace('−', '-').replaceAll(',', '').replaceAll('\u202f', '')));
const short = (value: number, digits: number): number => Number(value.toPrecision(digits));
/** Whether a number is what is shown of it: five digits, four in exponents. */
const isShown = (said: string, value: number): boolean => Math.abs(numberOf(said) - value) <= 0.501 * 10 ** (Math.floor(Math.log10(Math.abs(value) || 1)) - (/e/.test(said) ? 3 : 4));

describe('the picture', () => {
  const bench = useWorkbench();

  test('exposure changes what is drawn and what the status bar says', async () => {
    const view = await ExrView.open(bench(), shot('large/photo.exr'));
    await view.picture();
    const before = await view.probe();
    await bench().screenshot('picture-exposure-0');
    await view.press('e', 'e', 'e', 'e');
    const after = await view.until('two stops more', ({ view: now }) => now.exposure > before.view.exposure);
    await bench().statusItem(new RegExp(`\\+${after.view.exposure} EV`)).waitFor();
    await bench().screenshot('picture-exposure-up');
    await view.press('r');
    await view.until('the look of before', ({ view: now }) => now.exposure === 0);
  });

  test('another layer', async () => {
    const view = await ExrView.open(bench(), shot('large/24-layers.exr'));
    await view.picture();
    const before = (await view.probe()).layer;
    await view.press(']');
    await view.until('another layer', ({ layer }) => layer !== before);
    await view.picture();
    await view.panel('Layers');
    await expect.poll(() => view.frame.locator('.layer-picture canvas.is-there').count(), { timeout: 20_000 }).toBeGreaterThan(4);
    await bench().screenshot('picture-next-layer');
  });

  test('NaN and infinities are marked', async () => {
    const view = await ExrView.open(bench(), shot('fixtures/half_naninf_zip.exr'));
    await view.picture();
    await bench().screenshot('picture-nan-marked');
    await view.press('m');
    await view.until('marks off', ({ view: now }) => !now.marks.nonfinite);
    await bench().screenshot('picture-nan-unmarked');
  });

  for (const name of ['fixtures/scan_half_rgba_piz.exr', 'fixtures/decreasing_zip.exr', 'fixtures/uint_half_float_zip.exr', 'large/cryptomatte.exr', 'fixtures/yc_zip.exr']) {
    test(`values under the cursor are those of exr planes: ${name}`, async () => {
      const view = await ExrView.open(bench(), shot(name));
      await view.picture();
      const { parts, channels } = inspect(shot(name));
      const all = view.inspector().getByRole('button', { name: 'Show all channels of the part' });
      if (await all.count()) await all.click();
      await view.frame.locator('.inspector-all').waitFor();
      const { x_min: x0, y_min: y0, x_max: x1, y_max: y1 } = parts[0]!.data_window;
      const inside = await view.at(x0 + 4, y0 + 4);
      await bench().page.mouse.move(inside.x, inside.y);
      await view.inspector().locator('.inspector-grid').waitFor();
      await bench().page.waitForTimeout(300); // the picture takes its new size
      for (const [x, y] of [[x0 + 2, y0 + 2], [(x0 + x1) >> 1 & ~1, (y0 + y1) >> 1 & ~1], [x1 - 4 & ~1, y1 - 4 & ~1]] as const) {
        const place = await view.at(x, y);
        await bench().page.mouse.move(place.x - 3, place.y);
        await bench().page.mouse.move(place.x, place.y);
        await expect.poll(() => view.inspector().locator('.coordinates').innerText()).toBe(`${x}, ${y}`.replaceAll('-', '−'));
        await view.inspector().locator('.inspector-all:not(.is-old) .inspector-grid').waitFor();
        for (const channel of channels) {
          const said = await view.inspector().locator(`.inspector-grid > [title="${channel.name} (${channel.type})"] .number`).innerText();
          const region = [x, y, x, y];
          const expected = channel.type === 'uint' ? new Uint32Array(planes(shot(name), channel.name, region).buffer)[0]! : planes(shot(name), channel.name, region)[0]!;
          const digits = channel.type === 'half' ? 5 : channel.type === 'float' ? 7 : 10;
          expect(numberOf(said.trim()), `${channel.name} at ${x}, ${y}: “${said}”`).toBe(short(expected, digits));
        }
      }
      await bench().screenshot(`picture-values-${name.split('/')[1]!.replace('.exr', '')}`);
    });
  }

  test('statistics are those of exr stats', async () => {
    const view = await ExrView.open(bench(), shot('fixtures/uint_half_float_zip.exr'));
    await view.picture();
    await view.panel('Statistics');
    await view.frame.getByRole('button', { name: /^Measure/ }).click();
    const rows = view.frame.locator('.stats-table tbody tr');
    await rows.first().waitFor();
    const columns = await view.frame.locator('.stats-table thead th').allInnerTexts();
    for (const channel of stats(shot('fixtures/uint_half_float_zip.exr'))) {
      const cells = await rows.filter({ has: view.frame.getByRole('button', { name: channel.name, exact: true }) }).locator('th, td').allInnerTexts();
      for (const column of ['min', 'max', 'mean', 'stddev', 'p01', 'p50', 'p99'] as const) {
        const said = cells[columns.findIndex((one) => one.toLowerCase() === column)]!;
        expect(isShown(said.trim(), channel[column]), `${channel.name} ${column}: “${said}” of ${channel[column]}`).toBe(true);
      }
    }
    await bench().screenshot('picture-statistics');
  });

  test('the sheet of keys', async () => {
    const view = await ExrView.open(bench(), shot('large/photo.exr'));
    await view.picture();
    await view.press('?');
    await view.frame.getByRole('dialog').waitFor();
    await bench().screenshot('picture-help');
    await bench().page.keyboard.press('Escape');
  });

  test('deep: flattened, and its samples as heat', async () => {
    const view = await ExrView.open(bench(), shot('fixtures/deep_scan_zips.exr'));
    await view.picture();
    await bench().screenshot('picture-deep');
    await view.press('[');
    await view.until('sample counts', ({ layer }) => layer?.endsWith('#samples') === true);
    await view.picture();
    const legend = view.frame.getByRole('img', { name: /False colour/ });
    await legend.waitFor();
    expect((await legend.innerText()).replace(/\s+/g, ' ')).toMatch(/samples in a pixel/);
    await bench().screenshot('picture-deep-samples');
  });

  test('levels of a mipmap', async () => {
    const view = await ExrView.open(bench(), shot('fixtures/mip_zip.exr'));
    await view.picture();
    await view.press('>', '>');
    await view.until('level 2', ({ view: now }) => now.level.x === 2);
    await view.picture();
    await bench().screenshot('picture-mip-level-2');
  });
});
