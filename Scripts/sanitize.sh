#!/usr/bin/env bash
# The concurrent parts under ThreadSanitizer and AddressSanitizer, leaks included.
# Which ones: Scripts/sanitize.sh [thread|address]..., both by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

# The backtracer of the runtime can hang under a sanitizer and keep the pipe of the caller open.
export SWIFT_BACKTRACE=enable=no
concurrent='CachingTests|DedupTests|DedupSQLiteTests|DedupTestingTests|AdapterTests|VerificationTests|LoadGenerationTests'

sanitizers=("$@")
((${#sanitizers[@]} > 0)) || sanitizers=(thread address)
for sanitizer in "${sanitizers[@]}"; do
    echo "== tests under the $sanitizer sanitizer"
    # Synchronization.Mutex raises false reports under contention, so these builds use the pthread lock.
    swift test --no-parallel --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" -Xswiftc -DDEDUP_PTHREAD_LOCK \
        --filter "$concurrent"
done
