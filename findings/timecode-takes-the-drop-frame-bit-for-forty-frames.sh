#!/bin/bash
# Where two meet: the packed time code of EXR headers and the `timecode` package of pipelines.
# `Timecode(start_timecode=INTEGER)` is documented to take the binary coded decimal form, which is what OpenEXR's `timeCode` attribute (timeAndFlags,
# TV60 packing) holds. For time codes without drop frame they agree. With the drop-frame flag (bit 6, set by every 29.97 camera) `timecode` reads the bit
# as the digit 4 of the tens of frames: 01:02:03;04 comes back as 01:02:04;14, one second and ten frames late, without an error; the colour-frame bit (7)
# adds another 80 frames.
# Seen with: timecode 1.5.1, openexr 3.5.3 (PyPI), Python 3.11. The last line printed is "as described".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install timecode==1.5.1 openexr==3.5.3 numpy
cd "$work"
"$work/venv/bin/python" - <<'PY'
import struct
import numpy as np, OpenEXR
from timecode import Timecode

def packed(drop, color=False):
    """The integer that OpenEXR stores for 01:02:03:04 (time and flags, little endian, behind the attribute's name, type and size)."""
    code = OpenEXR.TimeCode(1, 2, 3, 4, int(drop), int(color), *[0] * 12)
    header = {'compression': OpenEXR.NO_COMPRESSION, 'type': OpenEXR.scanlineimage, 'timeCode': code}
    with OpenEXR.File(header, {'Y': np.zeros((1, 1), np.float16)}) as file:
        file.write('t.exr')
    raw = open('t.exr', 'rb').read()
    at = raw.index(b'timeCode\0timecode\0') + len(b'timeCode\0timecode\0') + 4
    return struct.unpack_from('<I', raw, at)[0]

seen = {}
for name, drop, color in (('plain', False, False), ('drop frame', True, False), ('colour frame', False, True)):
    bits = packed(drop, color)
    seen[name] = (f'{bits:08x}', str(Timecode('29.97' if drop else '30', start_timecode=bits)))
    print(f'{name}: EXR holds 0x{seen[name][0]} for 01:02:03:04, timecode reads {seen[name][1]}')
assert seen['plain'] == ('01020304', '01:02:03:04'), seen
assert seen['drop frame'] == ('01020344', '01:02:04;14'), seen
assert seen['colour frame'][0] == '01020384' and seen['colour frame'][1] != '01:02:03:04', seen
print('as described')
PY
