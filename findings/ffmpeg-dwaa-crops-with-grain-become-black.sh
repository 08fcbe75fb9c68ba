#!/bin/bash
# FFmpeg (libavcodec 62.28, as in PyAV 18.1.0): a sound DWAA picture whose width is not a multiple of 8 and that has grain loses whole chunks of 32 lines:
# they come back as zeros in R, G and B. decode() raises nothing, a frame of the right size is given, only the log has a line. It depends on the contents:
# the same width without grain is right, so a sequence of crops or thumbnails can be right in some frames and black in others. Tried: 20, 33 and 100
# pixels wide (100 from a stronger grain on) are hit, 104 and 1998 are not; OpenEXR reads all of them.
# Seen with: av 18.1.0 (libavcodec 62.28.102), openexr 3.5.3 (PyPI), Python 3.11. The last line printed is "as described".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install av==18.1.0 openexr==3.5.3 numpy
cd "$work"
"$work/venv/bin/python" - <<'PY'
import av, numpy as np, OpenEXR
av.logging.set_level(av.logging.PANIC)
random = np.random.default_rng(7)

def lost(width, grain, height=64):
    """Lines that are black in FFmpeg's picture and not in OpenEXR's."""
    y, x = np.mgrid[0:height, 0:width]
    picture = {name: (0.5 + (x + y) / (width + height) / 2 + grain * (random.random((height, width)) - 0.5)).astype(np.float16) for name in 'RGB'}
    with OpenEXR.File({'compression': OpenEXR.DWAA_COMPRESSION, 'type': OpenEXR.scanlineimage}, picture) as file:
        file.write('crop.exr')
    with OpenEXR.File('crop.exr', separate_channels=True) as file:
        right = file.channels()['R'].pixels.astype(float)
    assert (right > 0.1).all()
    with av.open('crop.exr') as container:
        frame = next(container.decode(video=0))
    assert (frame.width, frame.height) == (width, height)
    plane = frame.planes[2]  # G, B, R
    kind = np.float16 if 'f16' in frame.format.name else np.float32
    red = np.frombuffer(plane, kind).reshape(plane.height, -1)[:, :width]
    return int((red == 0).all(axis=1).sum())

print('PyAV', av.__version__, 'libavcodec', '.'.join(map(str, av.library_versions['libavcodec'])))
seen = {(width, grain): lost(width, grain) for width in (20, 33, 100, 104, 1998) for grain in (0.02, 0.1, 0.3)}
for (width, grain), lines in seen.items():
    print(f'{width} x 64, grain {grain}: {lines} of 64 lines are black')
expected = {key: 64 if key[0] in (20, 33) and key[1] >= 0.1 or key == (100, 0.3) else 0 for key in seen}
assert seen == expected, (seen, expected)
print('as described')
PY
