/** Bar 3: pixels on the screen against an image that oiiotool made by the same transform: exposure, sRGB. */
import { describe, expect, test } from 'vitest';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ExrView } from './exr-view.ts';
import { oiiotool } from './inputs.mjs';
import { inspect, shot, useWorkbench } from './suite.ts';
import { screenshots } from './workbench.ts';

describe('pixels on the screen', () => {
  const bench = useWorkbench();
  for (const [name, stops] of [['ramp', 0], ['ramp', -1], ['photo', 0], ['photo', 1]] as const) {
    test(`${name} at ${stops} stops, against oiiotool`, async () => {
      const path = shot(`large/${name}.exr`);
      const view = await ExrView.open(bench(), path);
      await view.press('0', 'r');
      if ((await view.probe()).view.windows) await view.press('w');
      await view.until('one pixel to one pixel, without outlines', ({ transform, view: now }) => transform?.scaleX === 1 && !now.windows && now.exposure === 0);
      for (let i = 0; i < Math.abs(stops) * 2; i++) await view.press(stops > 0 ? 'e' : 'Shift+E');
      await view.until(`${stops} stops`, ({ view: now }) => now.exposure === stops);
      await view.picture();
      await bench().page.mouse.move(5, 5);
      await bench().page.waitForTimeout(300);
      const { x_max: x1, y_max: y1 } = inspect(path).parts[0]!.data_window;
      const from = await view.at(0, 0);
      const shown = join(screenshots, `screen-${name}${stops}.png`);
      const wanted = join(screenshots, `screen-${name}${stops}-oiiotool.png`);
      await bench().page.screenshot({ path: shown, clip: { x: Math.round(from.x - 0.5), y: Math.round(from.y - 0.5), width: x1 + 1, height: y1 + 1 } });
      oiiotool(path, '--ch', 'R,G,B', '--mulc', String(2 ** stops), '--clamp:min=0:max=1', '--colorconvert', 'linear', 'sRGB', '--clamp:min=0:max=1', '-d', 'uint8', '-o', wanted);
      const compared = spawnSync('oiiotool', [shown, '--ch', 'R,G,B', wanted, '--absdiff', '--printstats', '-o', join(screenshots, `screen-${name}${stops}-difference.png`)]).stdout.toString();
      const means = /Stats Avg: ([\d. ]+)/.exec(compared)![1]!.trim().split(/\s+/).slice(0, 3).map((one) => Number(one) * 255);
      const worst = /Stats Max: ([\d. ]+)/.exec(compared)![1]!.trim().split(/\s+/).slice(0, 3).map((one) => Number(one) * 255);
      console.log(`${name} at ${stops} stops: mean difference ${means.map((one) => one.toFixed(4)).join(', ')} of 255, most ${worst.map((one) => one.toFixed(0)).join(', ')}`);
      expect(Math.max(...means)).toBeLessThanOrEqual(1);
      expect(Math.max(...worst)).toBeLessThanOrEqual(2);
    });
  }
});
