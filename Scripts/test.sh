#!/usr/bin/env bash
# All tests of the library and of the harness, in debug and in release. Arguments are passed on to `swift test`, for example:
#   Scripts/test.sh --filter FlightTable
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

# One test at a time: some hold a thread on purpose, and on two cores the runtime has only two to give.
for configuration in debug release; do
    echo "== tests of the library, $configuration"
    swift test -c "$configuration" --enable-all-traits --no-parallel "$@"
    echo "== tests of the harness, $configuration"
    swift test -c "$configuration" --package-path Benchmarks --no-parallel "$@"
done
