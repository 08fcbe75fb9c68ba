import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// There is no vscode outside of VS Code: the host's tests bring a small one.
const alias = { vscode: fileURLToPath(new URL('src/host/vscode.spec-util.ts', import.meta.url)) };

export default defineConfig({
  resolve: { conditions: ['@exr/source'], alias },
  ssr: { resolve: { conditions: ['@exr/source'] } },
  test: { name: 'exr-vscode', include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
