#!/usr/bin/env bash
# The main job: builds dedupbench, runs the duplicate storm, the git steps and the recorded trace against the library,
# and ends with one table of gates. Exit code 0 when every gate passes; see README.md for the others.
# Arguments are passed on to each run, for example: Scripts/bench.sh --seed 7
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

swift build -c release --product dedupbench
dedupbench=$(swift build -c release --show-bin-path)/dedupbench

# The worst exit code of the three: an interruption ends the job, a failed gate outweighs an invalid run.
worst=0
table=$(mktemp)
trap 'rm -f "$table"' EXIT
for scenario in duplicate-storm git-steps recorded-trace; do
    code=0
    "$dedupbench" run "Fixtures/scenarios/$scenario.yaml" "$@" || code=$?
    ((code == 130 || code == 143)) && exit "$code"
    if ((worst == 0 || (worst == 75 && code != 0))); then worst=$code; fi
    # One line a gate: scenario, expression, what was observed against the limit, verdict.
    if [[ -f results/latest/gates.csv ]]; then
        awk -F, -v scenario="$scenario" \
            'NR > 1 { sub(/^\047/, "", $13); printf "%-16s %-36s %-34s %s\n", scenario, $5, $13, toupper($11) }' \
            results/latest/gates.csv >>"$table"
    fi
    echo
done

printf '%-16s %-36s %-34s %s\n' scenario gate observed verdict
cat "$table"
exit "$worst"
