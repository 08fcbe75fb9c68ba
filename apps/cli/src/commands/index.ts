/** One command a file; each is loaded only when it is called. */
export const COMMANDS: Record<string, () => Promise<unknown>> = {
  inspect: () => import('./inspect.ts').then((m) => m.default),
  planes: () => import('./planes.ts').then((m) => m.default),
  preview: () => import('./preview.ts').then((m) => m.default),
  stats: () => import('./stats.ts').then((m) => m.default),
  verify: () => import('./verify.ts').then((m) => m.default),
  export: () => import('./export.ts').then((m) => m.default),
  find: () => import('./find.ts').then((m) => m.default),
  index: () => import('./index-command.ts').then((m) => m.default),
  report: () => import('./report.ts').then((m) => m.default),
  similar: () => import('./similar.ts').then((m) => m.default),
  sql: () => import('./sql.ts').then((m) => m.default),
  'vast smoke': () => import('./vast/smoke.ts').then((m) => m.default),
};
