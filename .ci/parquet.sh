#!/usr/bin/env bash
# Parquet files of `exr export` read by pyarrow from PyPI, in an environment of its own. Closes with "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install pyarrow
exr() { node apps/cli/bin/run.js "$@" --store "$work/store.duckdb"; }
exr index test-fixtures -q >/dev/null 2>&1 || true # some fixtures are damaged on purpose: their vectors are null
for table in files parts channels attributes stats findings; do exr export -f parquet -t "$table" -o "$work/$table.parquet" 2>/dev/null; done
exr sql 'SELECT file_id, metadata_embedding[1] AS first, metadata_embedding[384] AS last FROM files' -n 100000 -f json >"$work/files.json"
"$work/venv/bin/python" - "$work" <<'PY'
import json, math, sys
import pyarrow.parquet as pq

work, passed, failed = sys.argv[1], 0, 0
def check(name, good):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good: print('FAILED', name)

tables = {name: pq.read_table(f'{work}/{name}.parquet') for name in ('files', 'parts', 'channels', 'attributes', 'stats', 'findings')}
for name, column, length in (('files', 'metadata_embedding', 384), ('files', 'channel_embedding', 128), ('channels', 'channel_fingerprint', 128)):
    vectors = tables[name][column].to_pylist()
    check(f'{name}.{column} has nulls', any(v is None for v in vectors))
    check(f'{name}.{column} has {length} numbers', all(len(v) == length for v in vectors if v is not None))
    check(f'{name}.{column} are unit vectors', all(math.isclose(sum(x * x for x in v), 1, abs_tol=1e-3) for v in vectors if v is not None))
expected = {row['file_id']: (row['first'], row['last']) for row in json.load(open(f'{work}/files.json'))}
found = {row['file_id']: (row['metadata_embedding'] or [None])[0::383] for row in tables['files'].to_pylist()}
check('every file is there', found.keys() == expected.keys())
same = lambda a, b: (a is None and b is None) or (a is not None and b is not None and math.isclose(a, float(b), abs_tol=1e-6))
check('vectors stay with their files', all(same(v[0], expected[k][0]) and same(v[-1], expected[k][1]) for k, v in found.items()))
print(f'{passed} passed, {failed} failed')
sys.exit(failed > 0)
PY
