#!/bin/sh
# Records a request trace from a real program: every regular file that is opened, successfully, while this package
# is built from scratch with `swift build`, with its tests: plainly, and then once more for ThreadSanitizer. One line
# an opened file: when, which, how large.
#
#   Scripts/record-trace.sh [OUTPUT]        default: Fixtures/traces/swift-build.csv.zst
#
# The package is copied and built in a temporary directory, so the checkout is not touched. Dependencies are fetched
# before the recording begins. Fixtures/README.md describes the columns. Takes about twice as long as a plain build.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
output=${1:-$root/Fixtures/traces/swift-build.csv.zst}
export LC_ALL=C

missing=""
for tool in git swift strace zstd awk sort xargs stat; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
if [ -n "$missing" ]; then
    echo "record-trace: missing:$missing" >&2
    echo "record-trace: on Debian: apt-get install git strace zstd mawk coreutils findutils" >&2
    echo "record-trace: Swift 6.3: https://www.swift.org/install" >&2
    exit 69
fi
case $(uname -s) in
Linux) ;;
*)
    echo "record-trace: strace needs Linux, this is $(uname -s)" >&2
    exit 69
    ;;
esac

# The real path, without symbolic links, because strace reports real paths.
work=$(cd "$(mktemp -d "${TMPDIR:-/tmp}/record-trace.XXXXXX")" && pwd -P)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/src" "$work/build" "$work/calls"

echo "record-trace: copying the package and fetching its dependencies" >&2
git -C "$root" ls-files -z | (cd "$root" && xargs -0 tar -cf - --) | tar -xf - -C "$work/src"
[ ! -f "$root/Package.resolved" ] || cp "$root/Package.resolved" "$work/src/"
swift package --package-path "$work/src" --scratch-path "$work/build" resolve >&2

toolchain=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": *"\(.*\)\/usr\/lib\/swift".*/\1/p')
toolchain=$(cd "${toolchain:-/}" && pwd -P)

echo "record-trace: building under strace" >&2
# -ff: one file a process, so that no line is torn; -y: the real path behind each descriptor; -z: successes only.
builds=0
traced() {
    builds=$((builds + 1))
    strace -ff --seccomp-bpf -qq -ttt -y -z -s 4096 -e signal=none -e trace=open,openat,openat2,creat \
        -o "$work/calls/$builds" swift build --enable-all-traits -c "$@" --package-path "$work/src" --scratch-path "$work/build" >&2
}
traced debug --build-tests
rm -rf "$work/build/debug" "$work/build"/*/debug
traced debug --build-tests --sanitize=thread

echo "record-trace: converting" >&2
# "time <tab> path" of every open that gave a descriptor of a file; devices and kernel files are no input of a build.
find "$work/calls" -type f -print0 | xargs -0 cat | awk '
    / = [0-9]+<\/[^>]*>(\(deleted\))?$/ && !/O_DIRECTORY/ {
        path = $0
        sub(/^.* = [0-9]+</, "", path)
        sub(/>(\(deleted\))?$/, "", path)
        if (path !~ /^\/(dev|proc|sys)\//) printf "%.0f\t%s\n", $1 * 1000000, path
    }' | sort -s -n -k1,1 >"$work/opens"

# Sizes are those after the build: a file that was only temporary has none, and a directory is no file.
cut -f2 "$work/opens" | sort -u >"$work/paths"
xargs -d '\n' stat --printf '%s\t%F\t%n\n' <"$work/paths" >"$work/sizes" 2>/dev/null || true

# Names of this machine become names of roles: nothing in the trace tells where, or by whom, it was recorded.
awk -F '\t' -v OFS=, -v src="$work/src/" -v build="$work/build/" -v work="$work/" -v toolchain="${toolchain%/}/" \
    -v home="${HOME:-/nonexistent}/" -v tmp="${TMPDIR:-/tmp}/" '
    function starts(path, prefix) { return substr(path, 1, length(prefix)) == prefix }
    function role(path) {
        if (starts(path, src)) return "src/" substr(path, length(src) + 1)
        if (starts(path, build)) return "build/" substr(path, length(build) + 1)
        if (starts(path, work)) return "tmp/" substr(path, length(work) + 1)
        if (toolchain != "/" && starts(path, toolchain)) return "toolchain/" substr(path, length(toolchain) + 1)
        if (starts(path, home)) return "home/" substr(path, length(home) + 1)
        if (starts(path, tmp)) return "tmp/" substr(path, length(tmp) + 1)
        return path
    }
    # The package manager names its locks after the whole path of what they guard: all of them are one file here.
    function key(path) {
        path = role(path)
        if (starts(path, "tmp/_")) return "tmp/lock"
        gsub(/[^A-Za-z0-9_.+\/@=~-]/, "_", path)
        return path
    }
    NR == FNR { if ($2 == "directory") folder[$3] = 1; else size[$3] = $1; next }
    !($2 in folder) {
        if (!started) { print "time_us", "key", "size"; first = $1; started = 1 }
        printf "%.0f,%s,%d\n", $1 - first, key($2), size[$2]
    }' "$work/sizes" "$work/opens" >"$work/trace.csv"

requests=$(($(wc -l <"$work/trace.csv") - 1))
if [ "$requests" -lt 1 ]; then
    echo "record-trace: nothing was recorded; may this user trace processes (ptrace)?" >&2
    exit 1
fi
mkdir -p "$(dirname "$output")"
zstd -q -19 -f "$work/trace.csv" -o "$output"
keys=$(tail -n +2 "$work/trace.csv" | cut -d, -f2 | sort -u | wc -l)
echo "record-trace: $requests requests for $keys files, $(wc -c <"$output") bytes: $output" >&2
