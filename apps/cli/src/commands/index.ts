/** One command a file; each is loaded only when it is called. */
export const COMMANDS: Record<string, () => Promise<unknown>> = {
  inspect: () => import('./inspect.ts').then((m) => m.default),
  planes: () => import('./planes.ts').then((m) => m.default),
  preview: () => import('./preview.ts').then((m) => m.default),
  stats: () => import('./stats.ts').then((m) => m.default),
  verify: () => import('./verify.ts').then((m) => m.default),
};
