/** How it looks in a light theme, in high contrast, and what hides behind the last button. */
import { describe, expect, test } from 'vitest';
import { ExrView } from './exr-view.ts';
import { shot, useWorkbench } from './suite.ts';

describe('themes', () => {
  const bench = useWorkbench();
  for (const [theme, kind] of [['Light Modern', 'vscode-light'], ['Dark High Contrast', 'vscode-high-contrast'], ['Light High Contrast', 'vscode-high-contrast-light']] as const) {
    test(theme, async () => {
      const view = await ExrView.open(bench(), shot('fixtures/multiview_stereo.exr'));
      await view.picture();
      await bench().command('Preferences: Color Theme');
      await bench().answer('Color Theme', theme);
      await expect.poll(() => view.frame.evaluate(() => document.body.className)).toContain(kind);
      await view.frame.getByRole('button', { name: /^Look/ }).click();
      await view.frame.getByRole('dialog', { name: /^Look/ }).waitFor();
      await bench().screenshot(`theme-${kind}`);
      const [text, background] = await view.frame.evaluate(() => {
        const style = getComputedStyle(document.querySelector('.tree-name')!);
        return [style.color, getComputedStyle(document.querySelector('.side')!).backgroundColor];
      });
      expect(contrast(text!, background!), `${text} on ${background}`).toBeGreaterThanOrEqual(4.5);
      await bench().page.keyboard.press('Escape');
    });
  }
});

/** WCAG's contrast of two CSS colours. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [r, g, b] = colour.match(/[\d.]+/g)!.slice(0, 3).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}
