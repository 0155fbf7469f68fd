#!/usr/bin/env bash
# build.sh: builds argo-workflow unless the cache holds the build of these very sources; prints the path of the program.
# It is Argo Workflows' controller package, as its Go module has it, with sim.go beside it and main.go around it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=v3.7.18
module=github.com/argoproj/argo-workflows/v3
cache=${EFL_CACHE:-$HOME/.cache/efl}
sources=$(cd "$here" && cat build.sh module.sum ./*.go | sha256sum | cut -c1-12)
program=$cache/bin/argo-workflow-$sources
if [ ! -x "$program" ]; then
  PATH=$PATH:/usr/local/go/bin
  mkdir -p "$cache/bin"
  work=$(mktemp -d)
  partial=$program.$$ # renamed when complete: a killed build leaves no half program under the final name
  trap 'rm -rf "$work" "$partial"' EXIT
  upstream=$(cd "$work" && go mod download -json "$module@$version" | sed -n 's/.*"Dir": "\(.*\)",*/\1/p')
  [ -d "$upstream" ] || { echo "argo-workflow: $module@$version is not to be had" >&2; exit 1; }
  mkdir "$work/controller"
  cp "$upstream"/workflow/controller/*.go "$here/sim.go" "$work/controller"
  rm -f "$work"/controller/*_test.go
  cp "$here/main.go" "$work"
  # Its requirements are ours; its one replacement does not travel with the module.
  sed -e '1s/.*/module sim/' -e '/^replace/d' "$upstream/go.mod" > "$work/go.mod"
  printf '\nrequire %s %s\nreplace %s\n' "$module" "$version" "$(sed -n 's/^replace //p' "$upstream/go.mod")" >> "$work/go.mod"
  cat "$upstream/go.sum" "$here/module.sum" > "$work/go.sum"
  chmod -R u+w "$work"
  (cd "$work" && GOFLAGS=-mod=mod CGO_ENABLED=0 nice -n 10 go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$partial" .) >&2
  mv "$partial" "$program"
fi
[ -x "$program" ] || { echo "argo-workflow: no program at $program after the build" >&2; exit 1; }
echo "$program"
