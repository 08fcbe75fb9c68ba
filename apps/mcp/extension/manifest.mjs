/**
 * The manifest of the desktop extension (MCPB, manifest version 0.3): how a desktop client starts the server and what it asks its user for.
 * @param {string} version
 */
export function manifest(version) {
  return {
    manifest_version: '0.3',
    name: 'exr-inspector',
    display_name: 'EXR inspector',
    version,
    description: 'Look into OpenEXR files: headers, missing regions, statistics, pictures, differences.',
    long_description: 'Lets an assistant read OpenEXR files and sequences in the folders you choose, and never changes them: what is in a file, whether it is whole, where its NaNs are, how it looks, what differs between two versions. Everything runs on this machine.',
    author: { name: 'exr-inspector' },
    license: 'MIT',
    keywords: ['openexr', 'exr', 'vfx', 'render', 'images'],
    server: {
      type: 'node',
      entry_point: 'server/exr-mcp.mjs',
      mcp_config: { command: 'node', args: ['${__dirname}/server/exr-mcp.mjs', '${user_config.folders}'], env: {} },
    },
    tools: TOOLS.map(([name, description]) => ({ name, description })),
    prompts_generated: true,
    compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: '>=20.0.0' } },
    user_config: {
      folders: { type: 'directory', title: 'Folders', description: 'Folders that the assistant may read (with everything below them)', multiple: true, required: true, default: [] },
    },
  };
}

/** In the order in which the server lists them; extension.test.ts holds the two together. */
const TOOLS = [
  ['exr_find', 'Find EXR files and sequences'],
  ['exr_summary', 'Summarise an EXR file'],
  ['exr_attributes', 'Read header attributes'],
  ['exr_structure', 'Check whether EXR files are whole'],
  ['exr_stats', 'Measure pixel values'],
  ['exr_compare', 'Compare two EXR files'],
  ['exr_preview', 'Look at an EXR file'],
  ['exr_pixels', 'Read pixel values'],
];
