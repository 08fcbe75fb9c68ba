#!/bin/bash
# OpenEXR 3.5.3's own Python module: File.write takes an array's memory as it lies and never looks at its strides. A view that is not C-contiguous (the
# left half of a picture, every second pixel, channels-first turned to channels-last as every PyTorch user does, Fortran order) is accepted, and what
# is written is scrambled; no error, no warning, and the file is sound. numpy.ascontiguousarray before writing is right. Single planes and R G B arrays alike.
# Seen with: openexr 3.5.3 (PyPI), numpy 2.4, Python 3.11. The last line printed is "as described".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install openexr==3.5.3 'numpy>=2,<3'
cd "$work"
"$work/venv/bin/python" - <<'PY'
import numpy as np, OpenEXR

def round_trip(channels):
    with OpenEXR.File({'compression': OpenEXR.NO_COMPRESSION, 'type': OpenEXR.scanlineimage}, dict(channels)) as file:
        file.write('view.exr')
    with OpenEXR.File('view.exr') as file:
        (name,) = channels
        return file.channels()[name].pixels

plane = np.arange(16 * 16, dtype=np.float32).reshape(16, 16)
planar = np.arange(3 * 8 * 8, dtype=np.float32).reshape(3, 8, 8)
views = {
    'left half': ('Y', plane[:, :8]),
    'every second pixel': ('Y', plane[::2, ::2]),
    'Fortran order': ('Y', np.asfortranarray(plane)),
    'channels first, transposed': ('RGB', planar.transpose(1, 2, 0)),
    'top half (contiguous)': ('Y', plane[:8]),
}
seen = {}
for what, (name, view) in views.items():
    as_it_is = np.array_equal(round_trip({name: view}), view)
    copied = np.array_equal(round_trip({name: np.ascontiguousarray(view)}), view)
    seen[what] = (as_it_is, copied)
    print(f'{what}: written as it is {"right" if as_it_is else "scrambled"}, as a contiguous copy {"right" if copied else "scrambled"}')
print('first line of the left half comes back as', round_trip({'Y': plane[:, :8]})[1, :4], 'instead of', plane[1, :4])
assert seen == {what: (what.startswith('top'), True) for what in views}, seen
print('as described')
PY
