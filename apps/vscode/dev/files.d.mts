import type { Plugin } from 'vite';

export declare const exrFiles: Plugin;
