export {};
export * from './errors.ts';
export * from './text/index.ts';
export * from './flow/index.ts';
export * from './chunks/index.ts';
export * from './pixels/index.ts';
