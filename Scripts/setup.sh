#!/usr/bin/env bash
# Installs the Debian packages that the build needs and the machine lacks, and insists on Swift, which it does not
# install. Sourced by the other scripts that build.
# It says what it does, installs nothing that is there, and uses sudo only when it is not root.

dedup_packages=(git pkg-config libjemalloc-dev libsqlite3-dev libzstd-dev)

dedup_setup() {
    local missing=() package
    for package in "${dedup_packages[@]}"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' \
            || missing+=("$package")
    done
    if ((${#missing[@]} > 0)); then
        local as_root=()
        if ((EUID != 0)); then
            command -v sudo >/dev/null || {
                echo "setup: these Debian packages are missing: ${missing[*]}" >&2
                echo "setup: run this as root, or install sudo, or install them by hand" >&2
                return 1
            }
            as_root=(sudo)
        fi
        echo "setup: installing ${missing[*]}"
        "${as_root[@]}" apt-get update -qq
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            "${missing[@]}" >/dev/null
    fi
    if ! command -v swift >/dev/null; then
        echo "setup: there is no 'swift' on PATH; install a Swift 6.3 toolchain from https://www.swift.org/install" >&2
        return 1
    fi
}

dedup_setup
