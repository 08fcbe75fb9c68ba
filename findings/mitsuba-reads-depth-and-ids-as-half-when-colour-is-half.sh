#!/bin/bash
# Mitsuba 3.9.1 `Bitmap('x.exr')`: one component type for the whole picture, and it is the type of the first channel.
# A frame with half R G B, float Z and uint id (what most renderers write into one part) comes back as half throughout: a depth of 123456.79 and ids from
# 70000 on are infinite, ids between 2048 and 65504 are rounded, and nothing is said. The same frame with float R G B keeps the depth, and rounds ids
# above 2^24. OpenEXR's own module reads the very values.
# Seen with: mitsuba 3.9.1, openexr 3.5.3 (PyPI), Python 3.11. The last line printed is "as described".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install mitsuba==3.9.1 openexr==3.5.3 numpy
cd "$work"
"$work/venv/bin/python" - <<'PY'
import numpy as np, OpenEXR, mitsuba
mitsuba.set_variant('scalar_rgb')
size = (1, 3)
depth = np.full(size, 123456.789, np.float32)
ids = np.array([[2049, 70000, 2 ** 24 + 1]], np.uint32)
read = {}
for kind in (np.float16, np.float32):
    color = {name: np.full(size, 0.5, kind) for name in 'RGB'}
    name = f'{np.dtype(kind).name}.exr'
    with OpenEXR.File({'compression': OpenEXR.ZIP_COMPRESSION, 'type': OpenEXR.scanlineimage}, {**color, 'Z': depth, 'id': ids}) as file:
        file.write(name)
    with OpenEXR.File(name, separate_channels=True) as file:
        channels = file.channels()
        assert np.array_equal(channels['Z'].pixels, depth) and np.array_equal(channels['id'].pixels, ids)
    bitmap = mitsuba.Bitmap(name)
    names = [field.name for field in bitmap.struct_()]
    values = np.array(bitmap)
    read[np.dtype(kind).name] = (str(values.dtype), values[0, :, names.index('Z')].astype(float).tolist(), values[0, :, names.index('id')].astype(float).tolist())
    print(f'R G B {np.dtype(kind).name}: read as', *read[np.dtype(kind).name])
inf = float('inf')
dtype, z, i = read['float16']
assert dtype == 'float16' and z == [inf] * 3 and i == [2048.0, inf, inf], read
dtype, z, i = read['float32']
assert dtype == 'float32' and z == [float(np.float32(123456.789))] * 3 and i == [2049.0, 70000.0, 2.0 ** 24], read
print('as described')
PY
