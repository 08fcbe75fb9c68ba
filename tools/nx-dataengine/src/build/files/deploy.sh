#!/usr/bin/env bash
# Builds and pushes the image, registers the function, its triggers and its pipeline, and waits until the pipeline is ready.
# What is there already is updated. Needs: vastde (configured: `vastde config init`), docker or podman, and node or python3 to read JSON.
set -euo pipefail

NAME=@@NAME@@
PIPELINE=@@PIPELINE@@
ELEMENT_TRIGGER=@@ELEMENT_TRIGGER@@
SCHEDULE_TRIGGER=@@SCHEDULE_TRIGGER@@
ARTIFACT_SOURCE=@@ARTIFACT_SOURCE@@
ARCHITECTURE=@@ARCHITECTURE@@
SECRET=@@SECRET@@

usage() {
  cat <<TEXT
usage: bash deploy.sh [--dry-run] [--env-file FILE] [--secret-file FILE] [options]

  --dry-run            print every command and every manifest; run nothing, change nothing
  --env-file FILE      NAME=value lines for what stands in \${…} in the manifests (see deploy.env.example)
  --secret-file FILE   the filled-in copy of secret.yaml.example; needed once, and whenever it changes
  --image REPOSITORY   where the image is pushed: registry.example.com/$ARTIFACT_SOURCE
  --image-tag TAG      the same as IMAGE_TAG; a new one for each image: clusters keep what they pulled under a tag
  --skip-image         the image is in the registry already
  --publish-through-api
                       some vastde releases (5.5.0-sp2) cannot publish an update (422): do it with publish-revision.mjs instead
  --wait SECONDS       how long to wait for the pipeline (default 300)
  --help

examples:
  bash deploy.sh --dry-run --env-file ~/$NAME.env
  bash deploy.sh --env-file ~/$NAME.env --secret-file ~/$NAME-secret.yaml --image registry.example.com/$ARTIFACT_SOURCE --image-tag 1
  bash deploy.sh --env-file ~/$NAME.env --skip-image --image-tag 2
TEXT
}

dry_run='' env_file='' secret_file='' image='' image_tag='' skip_image='' through_api='' wait_seconds=300
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=1 ;;
    --env-file | --secret-file | --image | --image-tag | --wait)
      [ $# -ge 2 ] || { echo "deploy.sh: $1 needs a value" >&2; exit 2; }
      case $1 in
        --env-file) env_file=$2 ;;
        --secret-file) secret_file=$2 ;;
        --image) image=$2 ;;
        --image-tag) image_tag=$2 ;;
        --wait) wait_seconds=$2 ;;
      esac
      shift ;;
    --skip-image) skip_image=1 ;;
    --publish-through-api) through_api=1 ;;
    -h | --help) usage; exit 0 ;;
    *) echo "deploy.sh: $1 is not an option; --help lists them" >&2; exit 2 ;;
  esac
  shift
done
case $wait_seconds in '' | *[!0-9]*) echo "deploy.sh: --wait: found $wait_seconds, expected seconds" >&2; exit 2 ;; esac

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '%s\n' "$*" >&2; }
fail() { say "deploy.sh: $*"; exit 1; }

# Runs a command, or with --dry-run prints it.
run() {
  if [ -n "$dry_run" ]; then printf '+'; printf ' %q' "$@"; printf '\n'; else "$@"; fi
}

# One field of the JSON on standard input, by its path: status, manifest.name. Empty when it is not there.
field() {
  if command -v node >/dev/null; then
    node -e 'let v = JSON.parse(require("fs").readFileSync(0, "utf8")); for (const k of process.argv[1].split(".")) v = v == null ? undefined : v[k]; process.stdout.write(v == null ? "" : String(v))' "$1"
  else
    python3 -c 'import json, sys
v = json.load(sys.stdin)
for k in sys.argv[1].split("."):
    v = v.get(k) if isinstance(v, dict) else None
print("" if v is None else v, end="")' "$1"
  fi
}

# NAME=value lines into the environment; what is set there already stays.
if [ -n "$env_file" ]; then
  [ -r "$env_file" ] || fail "--env-file $env_file: there is no such file; copy deploy.env.example"
  line_number=0
  while IFS= read -r line || [ -n "$line" ]; do
    line_number=$((line_number + 1)) line=${line%$'\r'}
    case $line in '' | '#'*) continue ;; esac
    [[ $line =~ ^([A-Z_][A-Z0-9_]*)=(.*)$ ]] || fail "$env_file line $line_number: found '$line', expected NAME=value"
    key=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    value=${value#[\"\']} value=${value%[\"\']}
    [ -n "${!key:-}" ] || export "$key=$value"
  done <"$env_file"
fi
IMAGE_TAG=${image_tag:-${IMAGE_TAG:-@@TAG@@}}

# Fills in a manifest: $1 → $2, all of it or only the names from $3 on. Values go into double quotes or stand as they are, so they may only hold what means
# the same in both.
missing=''
render() {
  local text key value only
  text=$(<"$1") only=" ${*:3} "
  while IFS= read -r key; do
    [ "$only" = '  ' ] || [[ $only == *" $key "* ]] || continue
    value=${!key:-}
    if [ -z "$value" ]; then
      case " $missing " in *" $key "*) ;; *) missing="$missing $key" ;; esac
      continue
    fi
    [[ $value =~ ^[A-Za-z0-9._/:@%+,=~-]+$ ]] || fail "$key: found '$value', expected letters, digits and . _ / : @ % + , = ~ - (edit the manifest by hand for more)"
    text=${text//"\${$key}"/$value}
  done < <(grep -o '[$]{[A-Z_][A-Z0-9_]*}' "$1" | tr -d '{}$' | sort -u)
  printf '%s\n' "$text" >"$2"
}

# What a dry run shows of a manifest.
show() { if [ -n "$dry_run" ]; then printf '\n# %s\n' "$1"; sed 's/^/    /' "$2"; fi; }

REVISION=0 render "$here/function.yaml" "$work/function.yaml"
render "$here/trigger-element.yaml" "$work/trigger-element.yaml"
[ -z "$SCHEDULE_TRIGGER" ] || render "$here/trigger-schedule.yaml" "$work/trigger-schedule.yaml"
REVISION=1 render "$here/pipeline.yaml.tmpl" "$work/pipeline.yaml"
if [ -n "$missing" ]; then
  say "Not set:$missing"
  [ -n "$dry_run" ] || fail 'set them in the environment or in --env-file; deploy.env.example says what each is'
fi
if [ -n "$secret_file" ]; then
  [ -r "$secret_file" ] || fail "--secret-file $secret_file: there is no such file; copy secret.yaml.example"
  case $(cd "$(dirname "$secret_file")" && pwd)/ in "$here"/*) say "Note: $secret_file is in a folder that every build empties. Keep it elsewhere." ;; esac
fi

if [ -z "$dry_run" ]; then
  command -v vastde >/dev/null || fail 'vastde is not on the PATH: https://github.com/vast-data/dataengine-cli/releases'
  command -v node >/dev/null || command -v python3 >/dev/null || fail 'neither node nor python3 is on the PATH: one of them is needed to read what vastde answers'
  vastde functions list -o json --silent >"$work/list" 2>"$work/error" || { cat "$work/error" >&2; fail 'vastde cannot list functions: run "vastde config init", or renew the login'; }
fi

# ── the image
if [ -z "$skip_image" ]; then
  [ -n "$image" ] || { [ -n "$dry_run" ] && image="REGISTRY/$ARTIFACT_SOURCE"; } || fail '--image REPOSITORY says where to push the image (or --skip-image: it is there already)'
  engine=docker
  command -v docker >/dev/null || { command -v podman >/dev/null && engine=podman; } || [ -n "$dry_run" ] || fail 'neither docker nor podman is on the PATH; --skip-image leaves the image to you'
  run "$engine" build --platform "linux/$ARCHITECTURE" --tag "$image:${IMAGE_TAG:-TAG}" "$here"
  run "$engine" push "$image:${IMAGE_TAG:-TAG}"
fi

# Whether a resource is there: its JSON in $work/KIND.json.
exists() { vastde "$1" get "$2" -o json --silent >"$work/$1.json" 2>"$work/error"; }

# ── the function
create_function() { run vastde functions create --from-file "$1" --publish; }
update_function() { run vastde functions update "$NAME" --from-file "$1" --image-tag "${IMAGE_TAG:-TAG}" --publish; }
through_the_api() { run node "$here/publish-revision.mjs" "$NAME" "${IMAGE_TAG:-TAG}"; }
if [ -n "$dry_run" ]; then
  show function.yaml "$work/function.yaml"
  echo; echo "# if $NAME is not there yet:"
  create_function function.yaml
  echo "# if it is:"
  if [ -n "$through_api" ]; then through_the_api; else update_function function.yaml; fi
elif exists functions "$NAME"; then
  say "function $NAME: updating"
  if [ -n "$through_api" ]; then
    through_the_api
  elif ! update_function "$work/function.yaml" 2>"$work/error"; then
    cat "$work/error" >&2
    if grep -q 'last_published_revision_number\|no revisions found' "$work/error"; then
      fail 'this vastde cannot publish an update (a known fault of 5.5.0-sp2). Run again with --publish-through-api, or publish the revision in the web interface and run again with --skip-image'
    fi
    fail "the function was not updated; what is deployed stays as it was"
  fi
else
  say "function $NAME: creating"
  create_function "$work/function.yaml"
fi
if [ -z "$dry_run" ]; then
  exists functions "$NAME" || { cat "$work/error" >&2; fail "vastde does not show $NAME after it was made"; }
  REVISION=$(field last_published_revision_number <"$work/functions.json")
  case $REVISION in '' | 0 | *[!0-9]*) fail "$NAME has no published revision (found '$REVISION'): publish one in the web interface and run again with --skip-image" ;; esac
  say "function $NAME: revision $REVISION"
fi

# ── the triggers
# An updated schedule trigger has been seen not to fire any more: it is told, since only its owner may delete it.
trigger() {
  if [ -n "$dry_run" ]; then
    show "$(basename "$2")" "$2"
    echo; echo "# if $1 is not there yet:"
    run vastde triggers create --from-file "$(basename "$2")"
    echo "# if it is:"
    run vastde triggers update "$1" --from-file "$(basename "$2")"
  elif exists triggers "$1"; then
    say "trigger $1: updating"
    vastde triggers update "$1" --from-file "$2"
  else
    say "trigger $1: creating"
    vastde triggers create --from-file "$2"
  fi
}
trigger "$ELEMENT_TRIGGER" "$work/trigger-element.yaml"
[ -z "$SCHEDULE_TRIGGER" ] || trigger "$SCHEDULE_TRIGGER" "$work/trigger-schedule.yaml"

# ── the pipeline
secret_option=()
if [ -n "$secret_file" ]; then
  if [ -z "$dry_run" ]; then # in a folder that only this user reads, and that goes at the end
    (umask 077 && render "$secret_file" "$work/secret.yaml" KUBERNETES_CLUSTER_VRN NAMESPACE)
    secret_file=$work/secret.yaml
  fi
  secret_option=(--secret-file "$secret_file")
fi
if [ -n "$dry_run" ]; then
  show 'pipeline.yaml (REVISION is the one just published)' "$work/pipeline.yaml"
  echo; echo "# if $PIPELINE is not there yet:"
  run vastde pipelines create --config @pipeline.yaml ${secret_option[@]+"${secret_option[@]}"}
  echo "# if it is:"
  run vastde pipelines update "$PIPELINE" --config @pipeline.yaml ${secret_option[@]+"${secret_option[@]}"}
  echo "# an update changes what is stored; only this changes what runs:"
  run vastde pipelines deploy "$PIPELINE"
  echo "# until its status is Ready, at most $wait_seconds s:"
  run vastde pipelines get "$PIPELINE" -o json --silent
  [ -z "$SECRET" ] || [ -n "$secret_file" ] || say "Note: the pipeline attaches the secret $SECRET; --secret-file makes it (see secret.yaml.example)."
  exit 0
fi
REVISION=$REVISION render "$here/pipeline.yaml.tmpl" "$work/pipeline.yaml"
if exists pipelines "$PIPELINE"; then
  say "pipeline $PIPELINE: updating"
  vastde pipelines update "$PIPELINE" --config "@$work/pipeline.yaml" ${secret_option[@]+"${secret_option[@]}"}
else
  [ -z "$SECRET" ] || [ -n "$secret_file" ] || say "Note: the pipeline attaches the secret $SECRET. If the cluster has none of this name, --secret-file makes it."
  say "pipeline $PIPELINE: creating"
  if ! vastde pipelines create --config "@$work/pipeline.yaml" ${secret_option[@]+"${secret_option[@]}"} 2>"$work/error"; then
    cat "$work/error" >&2
    ! grep -q '500' "$work/error" || say 'Some releases answer 500 here: make a pipeline of this name in the web interface, then run this again with --skip-image.'
    fail "the pipeline was not created"
  fi
fi
vastde pipelines deploy "$PIPELINE"

# ── until it is ready
end=$((SECONDS + wait_seconds)) last=''
while :; do
  if exists pipelines "$PIPELINE"; then
    status=$(field status <"$work/pipelines.json") reason=$(field reason <"$work/pipelines.json")
    if [ "$status: $reason" != "$last" ]; then last="$status: $reason"; say "pipeline $PIPELINE: $last"; fi
    case $status in
      Ready) break ;;
      Failed | Error) fail "the pipeline failed: $reason. Usual causes: an image that the cluster cannot pull, a tag used twice, the wrong architecture ($ARCHITECTURE)" ;;
    esac
  fi
  [ "$SECONDS" -lt "$end" ] || fail "not ready after $wait_seconds s ($last). Look at: vastde logs get $PIPELINE --since 15m --order-by desc --limit 1000"
  sleep "${DEPLOY_POLL_SECONDS:-3}"
done
running=$(vastde pipelines get "$PIPELINE" --deployed -o json --silent 2>/dev/null | grep -o '"revision": *[0-9]*' | grep -o '[0-9]*' | head -n 1) || running=''
[ -z "$running" ] || [ "$running" = "$REVISION" ] || fail "revision $running is running, not $REVISION: run \`vastde pipelines deploy $PIPELINE\` again"
say "Ready: $PIPELINE runs revision $REVISION. Try it: bash smoke.sh --help"
[ -z "$SCHEDULE_TRIGGER" ] || say "If $SCHEDULE_TRIGGER does not fire within one interval, delete it (vastde triggers delete $SCHEDULE_TRIGGER) and run this again with --skip-image."
