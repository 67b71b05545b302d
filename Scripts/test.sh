#!/usr/bin/env bash
# All tests: those of the library in debug, where AddressSanitizer watches them, and in release, as it is shipped; those of the
# harness in release, as it measures. Arguments are passed on to `swift test`, for example:
#   Scripts/test.sh --filter FlightTable
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# `dedupbench instructions` counts with valgrind, in a copy of the program that strip has made.
dedup_more_packages=(binutils valgrind)
source Scripts/setup.sh

Scripts/sanitize.sh address "$@"

# One test at a time: some hold a thread on purpose, and on two cores the runtime has only two to give.
# No test needs to see what is internal, and without that a release build of the tests is the one that is measured.
release() {
    local package=(-c release "$1" "$2" "$3")
    shift 3
    dedup_build "${package[@]}" --build-tests
    dedup_test "${package[@]}" --disable-testable-imports --skip-build --no-parallel "$@"
}

echo "== tests of the library, release"
release --package-path . --enable-all-traits "$@"
echo "== tests of the harness, release"
release --package-path Benchmarks --traits=HTTP "$@"
