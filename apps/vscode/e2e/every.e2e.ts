/** Bar 2: every file of test-fixtures and of EXR_CORPUS. Valid ones open with a picture and no error; damaged ones show what could be read and why not the rest. */
import { describe, expect, inject, test } from 'vitest';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExrView } from './exr-view.ts';
import { shot, useWorkbench, verdicts } from './suite.ts';

/** So many files to one test: a test that names too many says nothing when it fails. */
const BATCH = 25;

describe('every file', () => {
  const bench = useWorkbench();
  const workspace = inject('workspace');
  for (const folder of ['fixtures', 'corpus']) {
    const names = readdirSync(join(workspace, folder)).sort();
    const judged = names.length ? verdicts(join(workspace, folder)) : new Map<string, string>();
    for (let from = 0; from < names.length; from += BATCH) {
      const batch = names.slice(from, from + BATCH);
      test(`${folder}: ${batch[0]} … ${batch.at(-1)}`, async () => {
        const failures: string[] = [];
        for (const name of batch) {
          const path = shot(`${folder}/${name}`);
          const whole = judged.get(name) === 'ok';
          try {
            const view = await ExrView.open(bench(), path);
            const shown = await view.settled();
            let alerts = await view.said();
            if (!whole && !alerts.length) alerts = await view.checked(); // broken where nobody looks at first: another level, another part
            if (whole && shown !== 'picture') failures.push(`${name}: whole, but no picture: ${alerts.join(' | ')}`);
            if (whole && alerts.length) failures.push(`${name}: whole, but it says ${alerts.join(' | ')}`);
            if (!whole && !alerts.length) failures.push(`${name}: not whole, and nothing says so, not even after every chunk was decoded`);
            const toasts = await bench().notifications();
            if (toasts.length) failures.push(`${name}: notifications ${toasts.join(' | ')}`);
          } catch (error) {
            failures.push(`${name}: ${(error as Error).message.split('\n')[0]}`);
            await bench().screenshot(`every-failed-${name.slice(0, 60)}`);
            await bench().closeAll();
          }
        }
        expect(failures).toEqual([]);
      }, 600_000);
    }
  }
});
