#!/usr/bin/env bash
# Compares the public API with that of the last version, and fails on a change that breaks it. At the end it breaks the API
# of a copy and insists that this is found. Without a version to compare with, the copy is compared with this commit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

products=(Caching Dedup DedupTesting DedupVerification)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Compares the package at the first argument with a commit of its repository.
compare() {
    local product products_of=()
    for product in "${products[@]}"; do products_of+=(--products "$product"); done
    swift package --package-path "$1" diagnose-api-breaking-changes "$2" "${products_of[@]}"
}

if version=$(git describe --tags --abbrev=0 --match '[0-9]*.[0-9]*.[0-9]*' 2>/dev/null); then
    echo "== the API since $version"
    compare . "$version"
else
    echo "api: there is no version yet to compare with"
fi

echo "== a break of the API is found"
git clone --quiet . "$scratch/copy"
products=(Caching)
sed -i 's/public static let forever /public static let everlasting /' "$scratch"/copy/Sources/Caching/*/TimeToLive.swift
if compare "$scratch/copy" HEAD >"$scratch/log" 2>&1; then
    echo "api: a static member that is gone was not found" >&2
    exit 1
fi
grep -q 'TimeToLive.forever has been removed' "$scratch/log" || {
    cat "$scratch/log" >&2
    echo "api: the comparison failed for another reason" >&2
    exit 1
}
echo "api: and a break is found"
