#!/usr/bin/env bash
# All tests, in debug and in release. Arguments are passed on to `swift test`, for example:
#   Scripts/test.sh --filter FlightTable
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

for configuration in debug release; do
    echo "== tests, $configuration"
    # One at a time: some tests hold a thread on purpose, and on two cores the runtime has only two to give.
    swift test -c "$configuration" --no-parallel "$@"
done
