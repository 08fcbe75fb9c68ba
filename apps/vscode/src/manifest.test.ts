/** package.json against the code, and the bundles and the package against what they may hold. Needs a build (nx builds first). */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { VIEW_COMMANDS } from './shared/protocol.ts';
import { KEYS } from './shared/keys.ts';
import { start } from './host/start.ts';
import { Uri, world } from './host/vscode.spec-util.ts';

const here = fileURLToPath(new URL('../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${here}package.json`, 'utf8'));
const { commands, keybindings, menus, configuration, customEditors, walkthroughs } = manifest.contributes as {
  commands: { command: string; title: string; category: string }[];
  keybindings: { command: string; key: string; when: string }[];
  menus: Record<string, { command: string; when: string }[]>;
  configuration: { properties: Record<string, { default: unknown; markdownDescription?: string }> };
  customEditors: { viewType: string; priority: string; selector: { filenamePattern: string }[] }[];
  walkthroughs: { steps: { description: string; media: { markdown: string } }[] }[];
};
const names = commands.map(({ command }) => command);

describe('the manifest', () => {
  it('names each command once, and each is there', () => {
    expect(new Set(names).size).toBe(names.length);
    world.reset();
    start({ subscriptions: [], workspaceState: { get: () => undefined, update: () => undefined }, extensionUri: Uri.file('/x'), extension: { packageJSON: {} } } as never, { loadEngine: () => Promise.reject(new Error('not yet')), stat: null, node: null });
    expect([...world.commands.keys()].sort()).toEqual([...names].sort());
    for (const name of VIEW_COMMANDS) expect(names).toContain(`exr.${name}`);
  });

  it('binds and lists commands that exist', () => {
    const steps = walkthroughs.flatMap(({ steps: some }) => some);
    const linked = steps.flatMap(({ description }) => [...description.matchAll(/command:(exr\.\w+)/g)].map(([, name]) => name!));
    for (const name of [...keybindings, ...Object.values(menus).flat()].map(({ command }) => command).concat(linked)) expect(names).toContain(name);
    for (const { media } of steps) expect(existsSync(`${here}${media.markdown}`)).toBe(true);
  });

  it('has a key for each key of the view, and none that fires while something is typed elsewhere', () => {
    const typed: Record<string, string> = { '+': 'shift+=', '}': 'shift+]', '{': 'shift+[', '>': 'shift+.', '<': 'shift+,', '?': 'shift+/' };
    for (const { command, key, shift } of KEYS) {
      const bound = keybindings.filter((each) => each.command === `exr.${command}`).map((each) => each.key);
      expect(bound, `${command} on ${key}`).toContain(typed[key] ?? (shift ? `shift+${key}` : key));
    }
    for (const { when } of keybindings) {
      expect(when).toMatch(/activeCustomEditorId == 'exr.editor'/);
      for (const focus of ['inputFocus', 'terminalFocus', 'sideBarFocus', 'panelFocus', 'auxiliaryBarFocus']) expect(when).toContain(`!${focus}`);
    }
    const keys = keybindings.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('describes its settings, and the code reads each of them', () => {
    const code = readFileSync(`${here}src/host/settings.ts`, 'utf8');
    for (const [name, { markdownDescription }] of Object.entries(configuration.properties)) {
      expect(markdownDescription?.length, name).toBeGreaterThan(20);
      expect(code).toContain(`'${name.slice('exr.'.length)}'`);
    }
  });

  it('takes EXRs of any case, and nothing else', () => {
    const [editor] = customEditors;
    expect(editor!.priority).toBe('default');
    const globs = editor!.selector.map(({ filenamePattern }) => new RegExp(`^${filenamePattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`));
    const takes = (name: string): boolean => globs.some((glob) => glob.test(name));
    expect(['a.exr', 'A.EXR', 'b.Exr', 'c.sxr', 'd.MXR'].filter((name) => !takes(name))).toEqual([]);
    expect(['a.png', 'a.exr.txt', 'a.hdr', 'exr'].filter(takes)).toEqual([]);
  });
});

interface Metafile {
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, { readonly bytes: number; readonly imports: readonly { readonly path: string; readonly external?: boolean }[] }>;
}

describe('the bundles', () => {
  const metafile = (name: string): Metafile => {
    if (!existsSync(`${here}dist/meta/${name}.json`)) throw new Error('not built: run npx nx build exr-vscode first');
    return JSON.parse(readFileSync(`${here}dist/meta/${name}.json`, 'utf8')) as Metafile;
  };
  const imports = (name: string): string[] => [...new Set(Object.values(metafile(name).outputs).flatMap((output) => output.imports.filter(({ external }) => external).map(({ path }) => path)))].sort();

  it('start small: core comes with the first file', () => {
    expect(imports('extension')).toEqual(['./engine.cjs', 'node:fs/promises', 'vscode']);
    expect(Object.keys(metafile('extension').inputs).filter((path) => /packages\/(?!core\/src\/text\/)/.test(path))).toEqual([]);
    expect(statSync(`${here}dist/extension.cjs`).size).toBeLessThan(64 * 1024);
  });
  it('for a web worker know no Node', () => {
    expect(imports('web')).toEqual(['vscode']);
    expect(Object.keys(metafile('web').inputs).filter((path) => /^node:|-node\.ts$/.test(path))).toEqual([]);
    expect(readFileSync(`${here}dist/web/extension.js`, 'utf8')).not.toMatch(/\b(?:require|import)\(\s*["'`](?:node:|fs|path|worker_threads)/);
  });
  it('for the webview hold no vscode, and of core only texts made safe and the curves of the shader', () => {
    expect(imports('webview')).toEqual([]);
    const core = Object.keys(metafile('webview').inputs).filter((path) => /packages\/core|src\/(engine|host)\//.test(path));
    expect(core.filter((path) => !/packages\/core\/src\/(?:text\/|color\/curve\.ts$)/.test(path))).toEqual([]);
  });
});

describe('the package', () => {
  let listed: Map<string, number>;
  beforeAll(() => {
    const text = execFileSync(process.execPath, ['pack.mjs'], { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    listed = new Map([...text.matchAll(/^ *(\d+) {2}(\S+)$/gm)].map(([, size, name]) => [name!, Number(size)]));
  }, 120_000);

  it('has what it needs and nothing else, within its size', () => {
    expect([...listed.keys()].filter((name) => !name.startsWith('media/walkthrough/') && !name.startsWith('dist/webview/')).sort()).toEqual([
      'CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY-NOTICES.txt', 'apps/vscode/exr-vscode-0.1.0.vsix', 'dist/engine.cjs', 'dist/extension.cjs', 'dist/mcp/exr-mcp.mjs', 'dist/web/extension.js', 'media/icon.png', 'package.json',
    ]);
    expect([...listed.keys()]).toContain('dist/webview/main.js');
    expect(listed.get('apps/vscode/exr-vscode-0.1.0.vsix')).toBeLessThan(3 * 1024 * 1024);
    expect([...listed.keys()].filter((name) => /\.(map|ts|tsx)$/.test(name))).toEqual([]);
  });
  it('gives the licence of each package in its bundles', () => {
    const notices = readFileSync(`${here}dist/package/THIRD-PARTY-NOTICES.txt`, 'utf8');
    for (const name of ['preact', '@modelcontextprotocol/sdk', 'zod']) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(notices).not.toMatch(/node_modules|has no text/);
  });
  it('has a manifest without the workspace\'s own', () => {
    const packed = JSON.parse(readFileSync(`${here}dist/package/package.json`, 'utf8'));
    for (const key of ['type', 'dependencies', 'devDependencies', 'nx', 'private']) expect(packed).not.toHaveProperty(key);
    for (const file of [packed.main, packed.browser, packed.icon]) expect(existsSync(`${here}dist/package/${file}`)).toBe(true);
  });
});
