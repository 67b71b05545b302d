#!/usr/bin/env bash
# Installs the Debian packages that the build needs and the machine lacks, and insists on Swift, which it does not
# install. Sourced by the other scripts that build.
# It says what it does, installs nothing that is there, and uses sudo only when it is not root.

# Without ca-certificates git cannot fetch what the package depends on.
dedup_packages=(ca-certificates git pkg-config libjemalloc-dev libsqlite3-dev libzstd-dev xz-utils zlib1g-dev zstd)
# What a script needs besides, it says before it sources this.
dedup_packages+=(${dedup_more_packages[@]+"${dedup_more_packages[@]}"})

# Builds as `swift build` does. SwiftPM passes the names of traits on in an order that differs from run to run, and compiles all of
# our own code again when it does: a hash that is the same each time keeps the order. Not for tests, which are to meet any order.
dedup_build() {
    SWIFT_DETERMINISTIC_HASHING=1 swift build "$@"
}

# Tests as `swift test` does. What failed is printed once more at the end: before that, thousands of lines may follow it.
dedup_test() (
    printed=$(mktemp)
    trap 'rm -f "$printed"' EXIT
    set +e
    swift test "$@" 2>&1 | tee "$printed"
    code=${PIPESTATUS[0]}
    if ((code != 0)); then
        printf '\n== what failed\n'
        # Each issue with what is said of it, up to the next test; of a crash, what comes after its first line.
        awk '/ recorded an issue /  { left = 12 }
            /^error: |Fatal error: |Program crashed|Crash: / { left = 40 }
            / recorded an issue / || !/^[^ ]+ (Test|Suite) .* (started|passed after .*)\.$/ { if (left-- > 0) print substr($0, 1, 2000) }
            ' "$printed" | head -n 300
    fi
    exit "$code"
)

dedup_setup() {
    if ! command -v dpkg-query >/dev/null; then
        dedup_check_without_dpkg || return 1
    else
        dedup_install || return 1
    fi
    if ! command -v swift >/dev/null; then
        echo "setup: there is no 'swift' on PATH; install a Swift 6.3 toolchain from https://www.swift.org/install" >&2
        return 1
    fi
}

# Elsewhere than on Debian and its relatives nothing is installed, only looked for.
dedup_check_without_dpkg() {
    if command -v git >/dev/null && command -v pkg-config >/dev/null && pkg-config --exists jemalloc sqlite3 libzstd zlib; then
        return 0
    fi
    echo "setup: this is neither Debian nor Ubuntu, so nothing can be installed here" >&2
    echo "setup: install by hand what these Debian packages hold: ${dedup_packages[*]}" >&2
    return 1
}

dedup_install() {
    local missing=() package
    for package in "${dedup_packages[@]}"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' \
            || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || {
            echo "setup: these Debian packages are missing: ${missing[*]}" >&2
            echo "setup: run this as root, or install sudo, or install them by hand" >&2
            return 1
        }
        as_root=(sudo)
        # Nobody could answer a question for a password.
        [[ -t 0 ]] || as_root=(sudo -n)
    fi
    echo "setup: installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
}

dedup_setup
