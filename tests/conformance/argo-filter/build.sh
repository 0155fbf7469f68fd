#!/usr/bin/env bash
# build.sh: builds argo-filter unless the cache holds the build of these very sources; prints the path of the program.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${EFL_CACHE:-$HOME/.cache/efl}
sources=$(cd "$here" && cat go.mod go.sum ./*.go | sha256sum | cut -c1-12)
program=$cache/bin/argo-filter-$sources
if [ ! -x "$program" ]; then
  PATH=$PATH:/usr/local/go/bin
  mkdir -p "$cache/bin"
  partial=$program.$$ # renamed when complete: a killed build leaves no half program under the final name
  trap 'rm -f "$partial"' EXIT
  (cd "$here" && CGO_ENABLED=0 nice -n 10 go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$partial" .) >&2
  mv "$partial" "$program"
fi
[ -x "$program" ] || { echo "argo-filter: no program at $program after the build" >&2; exit 1; }
echo "$program"
