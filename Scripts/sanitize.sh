#!/usr/bin/env bash
# The tests of the library in debug under ThreadSanitizer, then under AddressSanitizer, which finds leaks, too.
# The first argument chooses one of the two, more are passed on to `swift test`: Scripts/sanitize.sh address --filter FlightTable
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

# The backtracer of the runtime can hang under a sanitizer and keep the pipe of the caller open.
export SWIFT_BACKTRACE=enable=no

# What a sanitizer reports would be lost among the lines of the tests, so it is kept and printed at the end.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The runtime does not tell ThreadSanitizer of a continuation that is resumed before it is awaited. What the compiler itself
# does right after such a wait would be reported now and then; what our code does is ordered by `Lock.orderForSanitizer()`.
echo 'race:Continuation9isolation*TY0_' >"$scratch/races"
export TSAN_OPTIONS="suppressions=$scratch/races log_path=$scratch/report ${TSAN_OPTIONS:-}"
export ASAN_OPTIONS="log_path=$scratch/report ${ASAN_OPTIONS:-}"
# Foundation's Process, by which a test runs README's example, leaks the record of a weak reference.
echo "leak:Foundation7ProcessC3run" >"$scratch/suppressions"
export LSAN_OPTIONS="suppressions=$scratch/suppressions ${LSAN_OPTIONS:-}"

sanitizers=(thread address)
if (($# > 0)); then
    sanitizers=("$1")
    shift
fi
for sanitizer in "${sanitizers[@]}"; do
    echo "== tests of the library, debug, under the $sanitizer sanitizer"
    # The files of the repository, whole traces, and the checker, which knows neither threads nor addresses: all of that is tested
    # in release, and takes most of the time here.
    skipped='RepositoryTests|ReplayTests|HistoryCheckerTests|HistoryPartsTests|ProofTests'
    build=(--enable-all-traits --sanitize="$sanitizer" --scratch-path ".build-$sanitizer")
    case $sanitizer in
        # Synchronization.Mutex raises false reports under contention, so this build uses the pthread lock.
        # What runs on one thread has no race to find.
        thread)
            options=()
            build+=(-Xswiftc -DDEDUP_PTHREAD_LOCK)
            skipped+='|SchedulesTests|DeepValueTests|FingerprinterTests'
            ;;
        # The runner of XCTest, which has no test of ours to run, leaks 368 bytes of its own.
        # Its frames are several times as large, so what a small stack has room for is not to be tried with it.
        address)
            options=(--disable-xctest)
            skipped+='|otherEncodersAndDecodersTakeJSONUpToTheLimit'
            ;;
        *)
            echo "sanitize: there is no sanitizer '$sanitizer'; choose thread or address" >&2
            exit 64
            ;;
    esac
    code=0
    dedup_build "${build[@]}" --build-tests
    dedup_test "${build[@]}" --skip-build --no-parallel --skip "$skipped" ${options[@]+"${options[@]}"} "$@" || code=$?
    if ((code != 0)); then
        # Exit tests end processes on purpose; their reports count only where something has failed.
        find "$scratch" -name "report*" -exec cat {} + >&2
        exit "$code"
    fi
done
