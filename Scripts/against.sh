#!/usr/bin/env bash
# Runs this checkout and another commit in turn on this machine, and prints their figures side by side: a pull request against
# its base, for example. What follows the commit is passed on to each run:
#   Scripts/against.sh origin/main
#   Scripts/against.sh origin/main Fixtures/scenarios/git-steps.yaml --subject dedup
# Without arguments both run the duplicate storm of this checkout. DEDUP_ROUNDS says how often, 3 by default.
#
# The exit code is the worst of the runs of this checkout: its gates decide. The figures decide nothing, because so few rounds
# prove no difference; `dedupbench compare --rev COMMIT --rev HEAD` does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if (($# == 0)); then
    echo "against: name the commit that this checkout is to be held against, such as origin/main" >&2
    exit 64
fi
commit=$(git rev-parse --verify --quiet "$1^{commit}") || {
    echo "against: there is no commit '$1'; fetch it first" >&2
    exit 64
}
shift
rounds=${DEDUP_ROUNDS:-3}
if [[ ! $rounds =~ ^[1-9][0-9]?$ ]]; then
    echo "against: DEDUP_ROUNDS is '$rounds'; use a number from 1 to 99" >&2
    exit 64
fi
arguments=("$@")
if (($# == 0)); then arguments=(Fixtures/scenarios/duplicate-storm.yaml --subject dedup); fi

dedup_more_packages=(jq)
source Scripts/setup.sh >&2

scratch=$(mktemp -d)
trap 'git worktree remove --force "$scratch/base" 2>/dev/null || true; rm -rf "$scratch"' EXIT
git worktree add --quiet --detach "$scratch/base" "$commit"

# Builds dedupbench in a checkout, and says where it is.
build() {
    swift build -c release --package-path "$1/Benchmarks" --product dedupbench >&2
    echo "$(swift build -c release --package-path "$1/Benchmarks" --show-bin-path)/dedupbench"
}
base=$(build "$scratch/base")
this=$(build .)

# One run. What it measured is kept under the name of the side and the number of the round.
run() {
    local program=$1 name=$2 code=0
    shift 2
    echo "== $name" >&2
    "$program" run "${arguments[@]}" --no-progress --quiet --out "$scratch/$name" "$@" >&2 || code=$?
    ((code == 130 || code == 143)) && exit "$code"
    if [[ -f $scratch/$name/latest/benchmark.json ]]; then
        cp "$scratch/$name/latest/benchmark.json" "$scratch/$name.json"
    elif [[ $name == this-* ]]; then
        echo "against: $name has left no benchmark.json (exit code $code), so there is nothing to compare" >&2
        exit $((code == 0 ? 1 : code))
    fi
    echo "$code"
}

# What is to be known of a round that did not pass: its figures are in the table all the same.
odd=()
note() { if (($2 != 0)); then odd+=("$1: exit code $2"); fi; }

# The worst exit code: a failed gate outweighs an invalid run. In a job of GitHub Actions the first run of this checkout stands in
# the summary; the others are told by the table.
worst=0
for ((round = 1; round <= rounds; round++)); do
    code=$(GITHUB_ACTIONS='' run "$base" "base-$round")
    note "base-$round" "$code"
    if ((round == 1)); then code=$(run "$this" "this-$round"); else code=$(GITHUB_ACTIONS='' run "$this" "this-$round"); fi
    note "this-$round" "$code"
    if ((worst == 0 || (worst == 75 && code != 0))); then worst=$code; fi
done

# A change of the scenario may be one that the base does not understand.
if ! compgen -G "$scratch/base-*.json" >/dev/null; then
    echo "against: ${commit:0:7} cannot run this scenario (${odd[0]:-exit code 0}), so only the gates of this checkout count" >&2
    exit "$worst"
fi

# Figures that both sides have, the median of the rounds with the lowest and the highest; of each, less is better.
table=$(
    jq --null-input --raw-output --arg commit "${commit:0:7}" --arg rounds "$rounds" \
        --arg odd "$(IFS=,; echo "${odd[*]+"${odd[*]}"}")" '
        def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
        def short: if . >= 100 then round else (. * 100 | round) / 100 end;
        def cell: "\(median | short) (\(min | short) to \(max | short))";
        def change: if .base == 0 then "" else "\((.this / .base - 1) * 1000 | round / 10) %" end;
        reduce (inputs | {side: (input_filename | split("/") | last | .[:4]), figure: .[]}) as $row
            ({}; .[$row.figure.name] |= (.unit = $row.figure.unit | .[$row.side] += [$row.figure.value]))
        | "### This checkout against \($commit), \($rounds) rounds in turn on one machine", "",
          "Medians, with the lowest and the highest; less is better. So few rounds prove no difference."
            + (if $odd == "" then "" else " Rounds that did not pass: \($odd)." end), "",
          "| Figure | Unit | \($commit) | This | Change |", "| --- | --- | ---: | ---: | ---: |",
          (to_entries[] | select(.value.base and .value.this) | .value as $value
           | "| \(.key) | \($value.unit) | \($value.base | cell) | \($value.this | cell) | "
             + "\({base: ($value.base | median), this: ($value.this | median)} | change) |")
    ' "$scratch"/base-*.json "$scratch"/this-*.json
)
echo "$table"
if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then printf '%s\n\n' "$table" >>"$GITHUB_STEP_SUMMARY"; fi
exit "$worst"
