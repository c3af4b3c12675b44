#!/usr/bin/env bash
# Runs the smoke test on every Node that the package supports: smoke-on-nodes.sh PROJECT [MAJOR...], in a project where mvsa-fusion
# is installed. The binaries come from npm and stay in the cache; remove its folder for newer ones. Warnings are failures, too.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
project=${1:?expected the folder of a project in which mvsa-fusion is installed}
shift
[ $# -gt 0 ] || set -- 20 22 24

cache=${XDG_CACHE_HOME:-$HOME/.cache}/mvsa-fusion-ci/node
system=$(node -p '`${process.platform}-${process.arch}`')
# The name under which npm has Node for Apple's processors.
[ "$system" != darwin-arm64 ] || system=bin-darwin-arm64
stderr=$(mktemp)
trap 'rm -f "$stderr"' EXIT

cp "$here/smoke.mjs" "$here/smoke.cjs" "$project"
cd "$project"
versions=
for major in "$@"; do
  folder=$cache/$major/node_modules/node-$system/bin
  # A folder that an interrupted install left is no Node yet.
  if ! "$folder/node" --version >/dev/null 2>&1; then
    rm -rf "${cache:?}/$major"
    mkdir -p "$cache/$major"
    npm install --prefix "$cache/$major" --no-audit --no-fund --no-save "node-$system@$major"
  fi
  version=$("$folder/node" --version)
  case $version in
    v"$major".*) ;;
    *) echo "expected Node $major, received $version in $folder" && exit 1 ;;
  esac
  for script in smoke.mjs smoke.cjs; do
    # By PATH, so that the installed command runs on it, too.
    if ! PATH=$folder:$PATH node "$script" 2>"$stderr" || [ -s "$stderr" ]; then
      cat "$stderr"
      echo "Node ${version#v}: $script failed, or warned"
      exit 1
    fi
  done
  versions+="${versions:+, }${version#v}"
done
echo "note: Node $versions: smoke test passed"
