#!/usr/bin/env bash
# Holds this checkout against another commit on this machine: a pull request against its base, for example. Both are built, and
# take turns. What follows the commit is passed on to `dedupbench compare`:
#   Scripts/against.sh origin/main
#   Scripts/against.sh origin/main Fixtures/scenarios/git-steps.yaml --subject dedup --rounds 20
# Without arguments it is the path of a cache hit: the scenario `hits`, subject `dedup`. Times need a quiet machine and many rounds;
# the instructions of both can be counted, too, which no noise touches, and are held to 1 %:
#   Scripts/against.sh origin/main instructions --filter 'cache hit'
#
# The exit code is that of the comparison, or of the counts: 2 for a regression, 75 where nothing can be said, 65 where one of both
# cannot run the scenario, as a commit from before it, or cannot count. Gates are what `Scripts/bench.sh` holds this checkout against.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if (($# == 0)); then
    echo "against: name the commit that this checkout is to be held against, such as origin/main" >&2
    exit 64
fi
commit=$1
git rev-parse --verify --quiet "$commit^{commit}" >/dev/null || {
    echo "against: there is no commit '$commit'; fetch it first" >&2
    exit 64
}
shift
counts=
if [[ ${1:-} == instructions ]]; then
    counts=yes
    dedup_more_packages=(binutils valgrind)
    shift
fi
arguments=("$@")
if (($# == 0)); then arguments=(hits --subject dedup); fi

source Scripts/setup.sh >&2

dedup_build -c release --package-path Benchmarks --product dedupbench >&2
this=$(swift build -c release --package-path Benchmarks --show-bin-path)/dedupbench
# The name that it has in the report.
this=${this#"$PWD"/}
if [[ -n $counts ]]; then exec "$this" instructions --rev "$commit" "$@"; fi
exec "$this" compare "${arguments[@]}" --rev "$commit" --program "$this"
