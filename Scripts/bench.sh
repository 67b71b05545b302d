#!/usr/bin/env bash
# The main job: builds dedupbench, runs the duplicate storm, the git steps and the recorded trace against the library,
# and ends with one table of gates. Exit code 0 when every gate passes; see README.md for the others.
# Arguments are passed on to each run, for example: Scripts/bench.sh --seed 7
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

# The reports are read to find the results; those of other formats say nothing of them there.
for argument in "$@"; do
    case $argument in
        --format | --format=*)
            echo "bench: '--format' is not for the main job; run dedupbench itself" >&2
            exit 64
            ;;
    esac
done

swift build -c release --package-path Benchmarks --product dedupbench
dedupbench=$(swift build -c release --package-path Benchmarks --show-bin-path)/dedupbench

report=$(mktemp)
table=$(mktemp)
trap 'rm -f "$report" "$table"' EXIT
# The reports go through a pipe, so that they can be asked where the results are; they keep their colours.
if [[ -t 1 ]]; then export CLICOLOR_FORCE=1; fi

line() { printf '%-16s %-10s %-14s %-34s %-34s %s\n' "$@"; }

# The gates of one bundle, one line each: scenario, subject, phase, expression, what was observed against the limit, verdict.
# Columns are found by their names, and cells may be quoted.
gates() {
    awk -v scenario="$1" '
        function split_row(row, cells,   n, i, c, cell, quoted) {
            n = 0; cell = ""; quoted = 0
            for (i = 1; i <= length(row); i++) {
                c = substr(row, i, 1)
                if (quoted && c == "\"" && substr(row, i + 1, 1) == "\"") { cell = cell c; i++ }
                else if (c == "\"") quoted = !quoted
                else if (c == "," && !quoted) { cells[++n] = cell; cell = "" }
                else cell = cell c
            }
            cells[++n] = cell
            return n
        }
        NR == 1 { n = split_row($0, names); for (i = 1; i <= n; i++) at[names[i]] = i; next }
        {
            split_row($0, cells)
            printf "%-16s %-10s %-14s %-34s %-34s %s\n", scenario, cells[at["subject"]], cells[at["phase"]],
                cells[at["expression"]], cells[at["reason"]], toupper(cells[at["verdict"]])
        }' "$2"
}

# The worst exit code of the three: an interruption ends the job, a failed gate outweighs an invalid run.
worst=0
for scenario in duplicate-storm git-steps recorded-trace; do
    code=0
    # Ctrl-C is for dedupbench, whose partial report is still to be read: tee stays for it.
    "$dedupbench" run "Fixtures/scenarios/$scenario.yaml" "$@" | tee -i "$report" || code=${PIPESTATUS[0]}
    ((code == 130 || code == 143)) && exit "$code"
    if ((worst == 0 || (worst == 75 && code != 0))); then worst=$code; fi
    results=$(sed -n 's/^results: //p' "$report" | tail -n 1)
    if [[ -n $results ]]; then
        gates "$scenario" "$results/gates.csv" >>"$table"
    else
        line "$scenario" "" "" "no results were saved" "exit code $code" "" >>"$table"
    fi
    echo
done

line scenario subject phase gate observed verdict
cat "$table"
exit "$worst"
