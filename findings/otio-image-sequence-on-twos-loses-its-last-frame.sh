#!/bin/bash
# OpenTimelineIO 0.18.1: an ImageSequenceReference of a render on twos.
# Frames 1, 3, 5 are on disk and the range is 5 frames long. `end_frame()` says 5, but `number_of_images_in_sequence()` says 2 (5 divided by the step,
# rounded down, where the first frame counts too), so that the list of URLs ends at 3 and asking for the third is an IndexError: the last rendered frame
# is in no list. And `frame_for_time()` answers 2 and 4, frames that a sequence on twos never has. With a range of 6 the list is right.
# Seen with: opentimelineio 0.18.1, Python 3.11. The last line printed is "as described".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install opentimelineio==0.18.1
"$work/venv/bin/python" - <<'PY'
import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

def on_twos(length):
    return otio.schema.ImageSequenceReference(
        target_url_base='file:///shots/', name_prefix='beauty.', name_suffix='.exr', start_frame=1, frame_step=2, rate=24, frame_zero_padding=4,
        available_range=TimeRange(RationalTime(0, 24), RationalTime(length, 24)))

def urls(reference):
    return [reference.target_url_for_image_number(i).rsplit('/', 1)[1] for i in range(reference.number_of_images_in_sequence())]

five, six = on_twos(5), on_twos(6)
print('opentimelineio', otio.__version__)
for name, reference in (('5 frames', five), ('6 frames', six)):
    print(f'{name} on twos: end_frame {reference.end_frame()}, images {reference.number_of_images_in_sequence()}: {" ".join(urls(reference))}')
asked = [five.frame_for_time(RationalTime(t, 24)) for t in range(5)]
print('frame_for_time of 0 … 4:', asked)
try:
    five.target_url_for_image_number(2)
    third = 'a URL'
except IndexError as error:
    third = 'IndexError'
print('the third image of 5 frames:', third)
assert five.end_frame() == 5 and urls(five) == ['beauty.0001.exr', 'beauty.0003.exr'], urls(five)
assert urls(six) == ['beauty.0001.exr', 'beauty.0003.exr', 'beauty.0005.exr'], urls(six)
assert asked == [1, 2, 3, 4, 5] and third == 'IndexError'
print('as described')
PY
