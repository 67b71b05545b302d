#!/usr/bin/env bash
# The library and the history checker under ThreadSanitizer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

# The backtracer of the runtime can hang under a sanitizer and keep the pipe of the caller open.
export SWIFT_BACKTRACE=enable=no
# The harness links jemalloc, which no sanitizer gets along with; Package.swift leaves it out.
export DEDUP_LIBRARY_ONLY=1
echo "== tests under the thread sanitizer"
# Synchronization.Mutex raises false reports under contention, so this build uses the pthread lock.
swift test --no-parallel --sanitize=thread --scratch-path .build-thread -Xswiftc -DDEDUP_PTHREAD_LOCK
