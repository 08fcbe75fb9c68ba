#!/usr/bin/env bash
# Five minutes with a real cluster: uploads a file, waits until the function has dealt with it, prints what was seen, and takes the file away again.
# Nothing but the object SMOKE_PREFIX…-smoke-TIME… is made, and that is deleted at the end, also after a failure.
set -euo pipefail

NAME=@@NAME@@
PIPELINE=@@PIPELINE@@
PREFIX=@@PREFIX@@
SUFFIX=@@SUFFIX@@
SAMPLE=@@SAMPLE@@
REMOVAL=@@REMOVAL@@
SOURCE_BUCKET=${SOURCE_BUCKET:-@@BUCKET@@}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() {
  cat <<TEXT
usage: S3_ENDPOINT=https://… S3_ACCESS_KEY=… S3_SECRET_KEY=… SOURCE_BUCKET=… bash smoke.sh [--file FILE] [--wait SECONDS] [--keep]

  --file FILE      what to upload${SAMPLE:+ (default: $SAMPLE)}
  --wait SECONDS   how long to wait for each thing (default 120)
  --keep           leave the object where it is

Needs node 20 or newer, and vastde to look at the pipeline and its logs.$([ ! -f "$here/verify.mjs" ] || echo ' To look into the store, the settings of the function are read from the environment.')
S3_REGION is us-east-1 unless set; NODE_EXTRA_CA_CERTS names the certificate of an authority of your own.
TEXT
}

file=${SAMPLE:+$here/$SAMPLE} wait_seconds=120 keep=''
while [ $# -gt 0 ]; do
  case $1 in
    --file | --wait)
      [ $# -ge 2 ] || { echo "smoke.sh: $1 needs a value" >&2; exit 2; }
      if [ "$1" = --file ]; then file=$2; else wait_seconds=$2; fi
      shift ;;
    --keep) keep=1 ;;
    -h | --help) usage; exit 0 ;;
    *) echo "smoke.sh: $1 is not an option; --help lists them" >&2; exit 2 ;;
  esac
  shift
done

begin=$SECONDS
say() { printf '%4d s  %s\n' $((SECONDS - begin)) "$*"; }
fail() { say "FAILED: $*"; exit 1; }
for name in S3_ENDPOINT S3_ACCESS_KEY S3_SECRET_KEY SOURCE_BUCKET; do [ -n "${!name:-}" ] || { echo "smoke.sh: $name is not set" >&2; usage >&2; exit 2; }; done
[ -r "$file" ] || { echo "smoke.sh: --file: found '$file', expected a file that can be read" >&2; exit 2; }
command -v node >/dev/null || { echo 'smoke.sh: node is not on the PATH' >&2; exit 2; }
export S3_ENDPOINT S3_ACCESS_KEY S3_SECRET_KEY SOURCE_BUCKET

key="${PREFIX}$NAME-smoke-$(date -u +%Y%m%dT%H%M%SZ)-$$$SUFFIX"

uploaded=''
# shellcheck disable=SC2317 # called by the trap
clean_up() {
  code=$?
  if [ -n "$uploaded" ] && [ -z "$keep" ]; then
    if node "$here/s3-object.mjs" delete "$SOURCE_BUCKET" "$key"; then say "deleted s3://$SOURCE_BUCKET/$key"; else say "NOT deleted: s3://$SOURCE_BUCKET/$key; please do"; fi
  fi
  exit $code
}
trap clean_up EXIT

# Until a command succeeds; its exit code 3 means: not yet.
until_seen() {
  local end=$((SECONDS + wait_seconds)) code
  while :; do
    code=0; "$@" || code=$?
    [ $code != 0 ] || return 0
    [ $code = 3 ] || return $code
    [ $SECONDS -lt $end ] || return 3
    sleep "${SMOKE_POLL_SECONDS:-2}"
  done
}

ready() {
  vastde pipelines get "$PIPELINE" -o json --silent 2>/dev/null | grep -q '"status": *"Ready"' || return 3
}
in_logs() {
  vastde logs get "$PIPELINE" --since 15m --order-by desc --limit 1000 2>/dev/null | grep -F -- "$key" || return 3
}
in_store() {
  node "$here/verify.mjs" "$SOURCE_BUCKET" "$key" "$@"
}

say "endpoint ${S3_ENDPOINT%%\?*}, bucket $SOURCE_BUCKET, pipeline $PIPELINE"
if command -v vastde >/dev/null; then
  until_seen ready || fail "the pipeline is not Ready after $wait_seconds s: vastde pipelines get $PIPELINE -o json says why"
  say 'the pipeline is ready'
else
  say 'vastde is not on the PATH: the pipeline is not looked at'
fi

node "$here/s3-object.mjs" put "$SOURCE_BUCKET" "$key" "$file" || fail "the upload was refused: look at the key pair, the clock, and what it may do in $SOURCE_BUCKET"
uploaded=1
say "uploaded $(wc -c <"$file" | tr -d ' ') bytes as s3://$SOURCE_BUCKET/$key"

if [ -f "$here/verify.mjs" ]; then
  until_seen in_store || fail "the store shows no row of it after $wait_seconds s. Was there an event? vastde logs get $PIPELINE --since 15m --order-by desc --limit 1000"
  say 'the rows are there'
elif command -v vastde >/dev/null; then
  until_seen in_logs || fail "no log line names it after $wait_seconds s: was there an event? Does the trigger's prefix and suffix fit?"
  say 'the function has logged it'
else
  fail 'neither verify.mjs nor vastde: nothing can be seen from here'
fi
if command -v vastde >/dev/null && [ -f "$here/verify.mjs" ]; then
  if in_logs >/dev/null; then say 'and vastde logs shows its lines: the platform takes the logs of this image'; else say 'vastde logs shows no line of it: the platform does not take the logs of this image (rows are there all the same)'; fi
fi

if [ -n "$REMOVAL" ] && [ -z "$keep" ] && [ -f "$here/verify.mjs" ]; then
  node "$here/s3-object.mjs" delete "$SOURCE_BUCKET" "$key"
  uploaded=''
  say 'deleted it again'
  until_seen in_store --removed || fail "the store still shows it as there after $wait_seconds s: no event of the removal?"
  say 'the store knows that it is gone'
fi
say 'All seen.'
