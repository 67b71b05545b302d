#!/usr/bin/env bash
# The main job: builds dedupbench, runs the duplicate storm, the git steps and the recorded trace against the library,
# and ends with one table of gates. Exit code 0 when every gate passes; see README.md for the others.
# Arguments are passed on to each run, for example: Scripts/bench.sh --seed 7
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

swift build -c release --product dedupbench
dedupbench=$(swift build -c release --show-bin-path)/dedupbench
exec "$dedupbench" run \
    Fixtures/scenarios/duplicate-storm.yaml \
    Fixtures/scenarios/git-steps.yaml \
    Fixtures/scenarios/recorded-trace.yaml \
    "$@"
