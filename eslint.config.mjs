// The dependency law of docs/architecture.md, enforced. Run it through nx (`npm run lint`): without nx's project graph the boundary rule is silent.
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Who may import whom. Apps never import apps; core alone may use kernels and vastdb; kernels and vastdb stand by themselves. */
const depConstraints = [
  { sourceTag: 'scope:app', onlyDependOnLibsWithTags: ['scope:core', 'scope:vastdb'] },
  { sourceTag: 'scope:core', onlyDependOnLibsWithTags: ['scope:kernels', 'scope:vastdb'], bannedExternalImports: ['@oclif/*', 'vscode', '@modelcontextprotocol/*', '@aws-sdk/*'] },
  { sourceTag: 'scope:kernels', onlyDependOnLibsWithTags: [], bannedExternalImports: ['@oclif/*', 'vscode', '@modelcontextprotocol/*', 'apache-arrow', 'fflate', '@duckdb/*'] },
  { sourceTag: 'scope:vastdb', onlyDependOnLibsWithTags: [], bannedExternalImports: ['@oclif/*', '@duckdb/*', 'undici', '@aws-sdk/*'] },
  { sourceTag: 'scope:tool', onlyDependOnLibsWithTags: ['scope:core', 'scope:kernels', 'scope:vastdb', 'scope:app'] },
];

/** Files of the neutral packages that only Node entries reach; everything else there must run in a browser. */
const nodeOnly = ['packages/core/src/node.ts', 'packages/core/src/**/*-node.ts', 'packages/core/src/**/node/**', 'packages/core/src/store/**', 'packages/core/src/testing/**', 'packages/core/src/inputs/**', '**/*.test.ts', '**/*.spec-util.ts'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/out-tsc/**', '**/*.generated.ts', '**/vitest.config.*', 'packages/kernels/assembly/**', '.nx/**', '.cache/**', 'test-fixtures/**', '**/tsconfig*.json']  },
  { files: ['**/*.ts', '**/*.tsx', '**/*.mjs', '**/*.js'], extends: [js.configs.recommended], plugins: { '@nx': nx }, languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly', Buffer: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', performance: 'readonly', fetch: 'readonly', AbortController: 'readonly', AbortSignal: 'readonly', TextDecoder: 'readonly', TextEncoder: 'readonly', atob: 'readonly', btoa: 'readonly', setImmediate: 'readonly', global: 'readonly', structuredClone: 'readonly', queueMicrotask: 'readonly', Response: 'readonly', Blob: 'readonly' } },
    rules: { '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: true, allow: [], depConstraints, checkDynamicDependenciesExceptions: ['.*'] }] } },
  { files: ['**/*.ts', '**/*.tsx'], extends: [tseslint.configs.recommended],
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    } },
  { files: ['apps/*/bin/*.js'], languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', __dirname: 'readonly' } } },
  { files: ['packages/core/src/**/*.ts', 'packages/kernels/src/**/*.ts'], ignores: nodeOnly,
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*', 'fs', 'path', 'zlib', 'crypto', 'worker_threads', '**/*-node.ts', '**/node.ts'], message: 'This file must run in a browser: reach Node through a file that only node.ts imports.' }] }],
      'no-restricted-globals': ['error', 'Buffer', 'process', '__dirname'],
    } },
  // A file says how long a list is, and a call's arguments lie on the stack: some ten thousand of them end in a RangeError.
  { files: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.{ts,tsx}', 'tools/nx-dataengine/src/**/*.mjs'], ignores: ['**/*.test.ts', '**/*.test.tsx', '**/*.spec-util.ts'],
    rules: {
      'no-restricted-syntax': ['error',
        { selector: 'CallExpression > SpreadElement, NewExpression > SpreadElement', message: 'Arguments lie on the stack: use append, greatest, least or a loop (@exr/core), or an array.' },
        { selector: "CallExpression[callee.property.name='apply'][arguments.length=2]", message: 'Arguments lie on the stack: use a loop.' },
      ],
    } },
  // The editor: what both hosts run knows no Node, what the webview and the engine are made of knows no vscode, and core is not in the webview.
  { files: ['apps/vscode/src/{shared,engine,webview,host}/**/*.{ts,tsx}'], ignores: ['apps/vscode/src/host/{extension,engine-node}.ts', '**/*.test.ts', '**/*.test.tsx', '**/*.spec-util.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*', 'fs', 'path', '@exr/core/node'], message: 'This must run in a web worker or a webview too: Node is reached through host/extension.ts and host/engine-node.ts alone.' }] }],
      'no-restricted-globals': ['error', 'Buffer', 'process', '__dirname'],
    } },
  { files: ['apps/vscode/src/{shared,engine,webview}/**/*.{ts,tsx}'], ignores: ['**/*.test.ts', '**/*.test.tsx', '**/*.spec-util.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group: ['vscode', '**/host/**'], message: 'Only host/ knows vscode.' }] }],
    } },
  { files: ['apps/vscode/src/{shared,webview}/**/*.{ts,tsx}'], ignores: ['**/*.test.ts', '**/*.test.tsx', '**/*.spec-util.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group: ['vscode', '**/host/**', '**/engine/**'], message: 'The webview knows the protocol alone.' }, { regex: '^@exr/core(?!/(text|curve)$)', allowTypeImports: true, message: 'Core runs beside the file, not in the webview: types, how text and numbers are written, and transfer curves.' }] }],
    } },
);
