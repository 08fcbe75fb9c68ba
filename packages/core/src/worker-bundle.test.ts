import { expect, it } from 'vitest';
import { WORKER } from './pixels/worker.generated.ts';

it('the worker holds what runs in a worker, not the engine that starts workers', () => {
  expect(WORKER).not.toContain('the worker could not be started'); // pool.ts: its bundle would need itself to be built
  expect(WORKER.length).toBeLessThan(90_000);
});
