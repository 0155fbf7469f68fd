#!/usr/bin/env bash
# run.sh [CASES] [SEED]: does a predicate mean the same to our evaluator and, lowered, to Argo Events' own filter code?
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
EFL_ARGO_FILTER=$("$here/../argo-filter/build.sh")
export EFL_ARGO_FILTER EFL_CASES=${1:-100000} EFL_SEED=${2:-1}
cd "$here/../../.."
cargo test --quiet -p efl-compiler --test predicates -- --ignored --nocapture
