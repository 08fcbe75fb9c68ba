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
    long_description: 'Lets an assistant read OpenEXR files and sequences in the folders and buckets you choose, and never changes them: what is in a file, whether it is whole, where its NaNs are, how it looks, what differs between two versions. Everything runs on this machine; only the buckets that you name are asked for bytes.',
    author: { name: 'exr-inspector' },
    license: 'MIT',
    keywords: ['openexr', 'exr', 'vfx', 'render', 'images'],
    server: {
      type: 'node',
      entry_point: 'server/exr-mcp.mjs',
      mcp_config: { command: 'node', args: ['${__dirname}/server/exr-mcp.mjs', '${user_config.folders}'], env: ENVIRONMENT },
    },
    tools: TOOLS.map(([name, description]) => ({ name, description })),
    prompts_generated: true,
    compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: '>=20.0.0' } },
    user_config: {
      folders: { type: 'directory', title: 'Folders', description: 'Folders that the assistant may read (with everything below them)', multiple: true, required: true, default: [] },
      buckets: { type: 'string', title: 'Buckets', description: 'Buckets that it may read too, separated by spaces: s3://renders/shows/abc s3://plates. They need the three fields below', required: false, default: '' },
      s3_endpoint: { type: 'string', title: 'S3 endpoint', description: 'Address of the S3 server: https://s3.example.com', required: false, default: '' },
      s3_access_key: { type: 'string', title: 'S3 access key', description: 'A key that may only read', required: false, default: '', sensitive: true },
      s3_secret_key: { type: 'string', title: 'S3 secret key', description: 'Its secret', required: false, default: '', sensitive: true },
    },
  };
}

/** What is left empty counts as not set. */
const ENVIRONMENT = {
  EXR_MCP_BUCKETS: '${user_config.buckets}',
  S3_ENDPOINT: '${user_config.s3_endpoint}',
  S3_ACCESS_KEY: '${user_config.s3_access_key}',
  S3_SECRET_KEY: '${user_config.s3_secret_key}',
};

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
