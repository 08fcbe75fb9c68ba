#!/usr/bin/env node
// Publishes a revision of a function through the management API. Only for vastde releases (seen: 5.5.0-sp2) whose `functions update --publish` is
// refused with 422 "last_published_revision_number: Extra inputs are not permitted": the same request, without that field.
//
//   node publish-revision.mjs NAME IMAGE_TAG [--dry-run]
//
// Reads where the cluster is, and the login, from vastde's own ~/.vast/config.toml (VAST_CONFIG names another). Nothing of it is printed. The certificate is
// checked: NODE_EXTRA_CA_CERTS=ca.pem makes one of your own known.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const [name, tag] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const dryRun = process.argv.includes('--dry-run');
if (!name || !tag) fail('usage: node publish-revision.mjs NAME IMAGE_TAG [--dry-run]');

const file = process.env.VAST_CONFIG ?? join(homedir(), '.vast', 'config.toml');
let config;
try {
  config = toml(readFileSync(file, 'utf8'));
} catch (error) {
  fail(`${file}: ${error.message}; run \`vastde config init\``);
}
const base = String(config['servers.vms_url'] ?? '').replace(/\/+$/, '');
const { 'auth.tenant': tenant, 'auth.username': username, 'auth.password': password } = config;
if (!/^https?:\/\//.test(base) || !tenant || !username || !password) fail(`${file}: expected servers.vms_url, auth.tenant, auth.username and auth.password`);

let token;
token = (await call('POST', `/api/token/${encodeURIComponent(tenant)}`, { username, password })).access;
const found = listOf(await call('GET', `/api/latest/serverless/functions?name=${encodeURIComponent(name)}`)).find((one) => one.name === name);
if (!found) fail(`${name}: the tenant has no function of this name`);
const revisions = () => call('GET', `/api/latest/serverless/functions/${found.guid}/revisions`).then(listOf).then((all) => all.reduce((a, b) => (a && a.revision_number > b.revision_number ? a : b), undefined));
const last = await revisions();
if (!last) fail(`${name}: there is no revision to start from`);
const body = {
  name, description: found.description, container_registry_vrn: last.container_registry_vrn, artifact_source: last.artifact_source, artifact_type: last.artifact_type, image_tag: tag, is_published: true,
};
if (dryRun) {
  console.log(`PUT /api/latest/serverless/functions/${found.guid}\n${JSON.stringify(body, null, 2)}`);
} else {
  await call('PUT', `/api/latest/serverless/functions/${found.guid}`, body);
  const newest = await revisions(); // the answer to PUT carries the number from before
  console.log(`${name}: revision ${newest.revision_number} ${newest.is_published ? 'published' : 'made, but NOT published'}, image tag ${newest.image_tag}`);
  if (newest.revision_number === last.revision_number) console.log('The number did not change: the cluster takes an image tag that it knows for no change. Use a new one.');
  if (!newest.is_published) process.exit(1);
}

async function call(method, path, content) {
  let response;
  try {
    response = await fetch(base + path, {
      method, signal: AbortSignal.timeout(30_000), ...(content ? { body: JSON.stringify(content) } : {}),
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    });
  } catch (error) {
    fail(`${method} ${path}: ${error.cause?.message ?? error.message}`);
  }
  const text = await response.text();
  if (!response.ok) fail(`${method} ${path}: HTTP ${response.status} ${path.startsWith('/api/token') ? '(the login)' : text.slice(0, 500)}`);
  try {
    return JSON.parse(text || 'null');
  } catch {
    return fail(`${method} ${path}: found ${JSON.stringify(text.slice(0, 80))}, expected JSON`);
  }
}

/** The API wraps lists in { data } or not. */
function listOf(answer) {
  return Array.isArray(answer) ? answer : (answer?.data ?? []);
}

/** Sections and strings, which is all that this file of vastde's holds. */
function toml(text) {
  const values = {};
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[([^\]]+)\]\s*(#.*)?$/.exec(line);
    const entry = /^\s*([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(#.*)?$/.exec(line);
    if (head) section = `${head[1].trim()}.`;
    else if (entry) values[section + entry[1]] = entry[2] === undefined ? entry[3] : JSON.parse(`"${entry[2]}"`);
  }
  return values;
}

function fail(message) {
  console.error(`publish-revision: ${message}`);
  process.exit(1);
}
