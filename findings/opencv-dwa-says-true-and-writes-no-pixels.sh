#!/bin/bash
# OpenCV 4.14 (opencv-python-headless 4.14.0.94): imwrite of an EXR with IMWRITE_EXR_COMPRESSION_DWAA or _DWAB returns True and leaves a file of a few
# hundred bytes: header and an offset table of zeros, no chunk at all, half and float alike, at every size tried. Its own imread cannot read it. The other
# codecs are written whole by the same call. A farm job that looks at the return value has lost its frame.
# Seen with: opencv-python-headless 4.14.0.94, numpy 2, Python 3.11. The last line printed is "as described".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install opencv-python-headless==4.14.0.94
cd "$work"
OPENCV_IO_ENABLE_OPENEXR=1 OPENCV_LOG_LEVEL=OFF "$work/venv/bin/python" - <<'PY'
import os, struct
import cv2, numpy as np

def offsets(name, chunks):
    """The offset table behind the header: names, types and sizes of the attributes are walked."""
    data, at = open(name, 'rb').read(), 8
    while data[at]:
        at = data.index(0, data.index(0, at) + 1) + 1
        at += 4 + struct.unpack_from('<I', data, at)[0]
    return struct.unpack_from(f'<{chunks}Q', data, at + 1)

y, x = np.mgrid[0:64, 0:64]
picture = np.dstack([x / 64, y / 64, (x + y) / 128]).astype(np.float32)
seen = {}
for codec, lines in (('ZIP', 16), ('PIZ', 32), ('B44', 32), ('DWAA', 32), ('DWAB', 256)):
    for kind in ('HALF', 'FLOAT'):
        said = cv2.imwrite('frame.exr', picture, [
            cv2.IMWRITE_EXR_COMPRESSION, getattr(cv2, f'IMWRITE_EXR_COMPRESSION_{codec}'), cv2.IMWRITE_EXR_TYPE, getattr(cv2, f'IMWRITE_EXR_TYPE_{kind}')])
        table = offsets('frame.exr', -(-64 // lines))
        seen[codec, kind] = (said, all(table), cv2.imread('frame.exr', cv2.IMREAD_UNCHANGED) is not None)
        print(f'{codec} {kind}: imwrite says {said}, {os.path.getsize("frame.exr")} bytes, {sum(map(bool, table))} of {len(table)} chunks, imread {"reads it" if seen[codec, kind][2] else "gives None"}')
for (codec, kind), (said, whole, read) in seen.items():
    assert said is True and whole == read == (not codec.startswith('DWA')), (codec, kind, seen[codec, kind])
print('as described')
PY
