#!/usr/bin/env node
// Stands in for vastde: what it is told it keeps in FAKE_VASTDE (a JSON file), with every call. FAKE_VASTDE_FAULT makes it fail as real releases do.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const file = process.env.FAKE_VASTDE;
const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { calls: [], functions: {}, triggers: {}, pipelines: {}, polls: 0 };
const [kind, verb, ...rest] = process.argv.slice(2);
const flag = (name) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined);
const faults = (process.env.FAKE_VASTDE_FAULT ?? '').split(',');
state.calls.push([kind, verb, ...rest]);

const manifest = flag('--from-file') ?? flag('--config')?.replace(/^@/, '');
const given = manifest ? parse(readFileSync(manifest, 'utf8')) : {};
let [code, out, error] = [0, '', ''];
if (flag('--secret-file')) state.secret = parse(readFileSync(flag('--secret-file'), 'utf8'));
if (faults.includes('login')) [code, error] = [1, '401 Unauthorized: run vastde config init'];
else if (verb === 'list') out = JSON.stringify({ data: Object.values(state[kind]) });
else if (verb === 'get') {
  const found = state[kind][rest[0]];
  if (!found) [code, error] = [1, `${kind}: ${rest[0]} not found`];
  else {
    if (kind === 'pipelines' && found.status === 'InProgress' && ++state.polls >= 2) Object.assign(found, { status: faults.includes('failed') ? 'Failed' : 'Ready', reason: faults.includes('failed') ? 'ImagePullBackOff' : 'Pipeline is ready and active.' });
    out = JSON.stringify(rest.includes('--deployed') ? found.deployed : found, null, 2);
  }
} else if (verb === 'create') {
  if (kind === 'pipelines' && faults.includes('500')) [code, error] = [1, '500 Internal Server Error'];
  else state[kind][given.name] = kind === 'functions' ? { ...given, last_published_revision_number: rest.includes('--publish') ? 1 : null } : given;
} else if (verb === 'update') {
  const found = state[kind][rest[0]];
  if (kind === 'functions' && faults.includes('422')) [code, error] = [1, 'Failed to update function:\n422 Unprocessable Entity: {"detail":"{\\"last_published_revision_number\\": \\"Extra inputs are not permitted\\"}"}'];
  else Object.assign(found, given, flag('--image-tag') ? { image_tag: flag('--image-tag') } : {}, kind === 'functions' ? { last_published_revision_number: found.last_published_revision_number + 1 } : {});
} else if (verb === 'deploy') Object.assign(state.pipelines[rest[0]], { status: 'InProgress', reason: 'Waiting for pipeline to become ready...', deployed: structuredClone(state.pipelines[rest[0]]) });
writeFileSync(file, JSON.stringify(state));
if (out) console.log(out);
if (error) console.error(error);
process.exit(code);
