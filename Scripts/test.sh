#!/usr/bin/env bash
# All tests of the library and of the harness, in debug and in release. Arguments are passed on to `swift test`, for example:
#   Scripts/test.sh --filter FlightTable
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# `dedupbench instructions` counts with valgrind, in a copy of the program that strip has made.
dedup_more_packages=(binutils valgrind)
source Scripts/setup.sh

# One test at a time: some hold a thread on purpose, and on two cores the runtime has only two to give.
# What HTTP takes is built once, in debug: that is longer than all the rest.
traits=(--traits HTTP)
# No test needs to see what is internal, and without that a release build of the tests is the one that is measured.
options=()
for configuration in debug release; do
    echo "== tests of the library, $configuration"
    swift test -c "$configuration" ${options[@]+"${options[@]}"} --enable-all-traits --no-parallel "$@"
    echo "== tests of the harness, $configuration"
    swift test -c "$configuration" ${options[@]+"${options[@]}"} --package-path Benchmarks ${traits[@]+"${traits[@]}"} \
        --no-parallel "$@"
    traits=()
    options=(--disable-testable-imports)
done
