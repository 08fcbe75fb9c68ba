#!/bin/bash
# Babylon.js 9.35.0 (@babylonjs/core), its EXR loader: a uint channel has no width in its table of channel offsets (type number times two: 0 for uint).
# A sound frame with half R G B and a uint channel whose name sorts before R (here ID; renderers have ID, ObjectID, Material.id …) is read with red taken
# from the bits of the ids; under PIZ the colours change places. The same with the channel called `id`, which sorts behind R: uncompressed is right, PIZ
# takes blue from the ids. Without the uint channel all is right. No error, no warning; the header that was read lists the uint channel.
# Seen with: @babylonjs/core 9.35.0, Node 20, files by openexr 3.5.3 (PyPI). The last line printed is "as described".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install openexr==3.5.3 numpy
cd "$work"
printf '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund @babylonjs/core@9.35.0
"$work/venv/bin/python" - <<'PY'
import numpy as np, OpenEXR
size = (4, 6)
color = {'R': np.full(size, 0.75, np.float16), 'G': np.full(size, 0.5, np.float16), 'B': np.full(size, 0.25, np.float16)}
ids = np.arange(24, dtype=np.uint32).reshape(size) + 70000
for codec, compression in (('none', OpenEXR.NO_COMPRESSION), ('piz', OpenEXR.PIZ_COMPRESSION)):
    for name in ('', 'ID', 'id'):
        with OpenEXR.File({'compression': compression, 'type': OpenEXR.scanlineimage}, {**color, **({name: ids} if name else {})}) as file:
            file.write(f'{codec}-{name or "plain"}-{"ids" if name else "rgb"}{"-first" if name == "ID" else ""}.exr')
PY
cat > read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { ReadExrDataAsync } from '@babylonjs/core/Materials/Textures/Loaders/exrTextureLoader.js';
const right = '0.75 0.5 0.25 1';
const first = {};
for (const name of ['none-plain-rgb', 'none-ID-ids-first', 'none-id-ids', 'piz-plain-rgb', 'piz-ID-ids-first', 'piz-id-ids']) {
  const bytes = readFileSync(`${name}.exr`);
  const { data } = await ReadExrDataAsync(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  first[name] = [...data.slice(0, 4)].join(' ');
  console.log(`${name}: first pixel ${first[name]}${first[name] === right ? '' : `   (written: ${right})`}`);
}
const expect = (name, ok) => { if (!ok) { console.error(`changed: ${name} gives ${first[name]}`); process.exit(1); } };
for (const name of ['none-plain-rgb', 'piz-plain-rgb', 'none-id-ids']) expect(name, first[name] === right);
expect('none-ID-ids-first', first['none-ID-ids-first'] === '0.0006723403930664062 0.5 0.25 1');
expect('piz-ID-ids-first', first['piz-ID-ids-first'] === '0.5 0.25 0.75 1');
expect('piz-id-ids', first['piz-id-ids'].startsWith('0.5 0.25 0.000668'));
console.log('as described');
JS
node read.mjs
