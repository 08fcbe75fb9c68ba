import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { exrFiles } from './dev/files.mjs';

const CHROMIUM = process.env['EXR_CHROMIUM'] ?? '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`The view's tests in a browser are left out: there is no ${CHROMIUM} (EXR_CHROMIUM names another Chromium).`);

const resolve = { conditions: ['@exr/source'] };
const oxc = { jsx: { runtime: 'automatic' as const, importSource: 'preact' } };

// There is no vscode outside of VS Code: the host's tests bring a small one.
const alias = { vscode: fileURLToPath(new URL('src/host/vscode.spec-util.ts', import.meta.url)) };

export default defineConfig({
  test: {
    projects: [
      { resolve: { ...resolve, alias }, ssr: { resolve }, oxc, test: { name: 'exr-vscode', include: ['src/**/*.test.ts'], exclude: ['src/**/*.browser.test.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 60_000 } },
      // The view in Chromium, WebGL2 on the processor.
      ...(hasChromium ? [{
        resolve, oxc, plugins: [exrFiles], server: { host: '127.0.0.1' }, optimizeDeps: { include: ['preact', 'preact/hooks', 'preact/jsx-runtime', 'preact/jsx-dev-runtime'] },
        test: {
          name: 'exr-vscode in Chromium', include: ['src/**/*.browser.test.ts'], testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false,
          browser: {
            enabled: true, headless: true, screenshotFailures: false, viewport: { width: 1280, height: 800 }, api: { host: '127.0.0.1' },
            provider: playwright({ launchOptions: { executablePath: CHROMIUM, args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] } }),
            instances: [{ browser: 'chromium' as const }],
          },
        },
      }] : []),
    ],
  },
});
