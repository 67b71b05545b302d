#!/usr/bin/env bash
# Compares the public API with that of the last version, and fails on a change that breaks it. At the end it breaks the API
# of a copy of the cache and insists that this is found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if version=$(git describe --tags --abbrev=0 --match '[0-9]*.[0-9]*.[0-9]*' 2>/dev/null); then
    echo "== the API since $version"
    swift package diagnose-api-breaking-changes "$version" \
        --products Caching --products Dedup --products DedupTesting --products DedupVerification
else
    echo "api: there is no version yet to compare with"
fi

echo "== a break of the API is found"
# A package of its own, because the comparison builds the whole package twice.
copy=$scratch/copy
mkdir -p "$copy/Sources"
cp -r Sources/CProcessor Sources/Caching "$copy/Sources"
cat >"$copy/Package.swift" <<'END'
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "copy", platforms: [.macOS(.v26)], products: [.library(name: "Caching", targets: ["Caching"])],
    targets: [
        .target(name: "CProcessor"),
        .target(
            name: "Caching", dependencies: ["CProcessor"],
            swiftSettings: [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
    ])
END
git -C "$copy" init --quiet
git -C "$copy" add .
git -C "$copy" -c user.name=api -c user.email=api@example.com commit --quiet --message "Before"
grep -rl 'public var hitRatio' "$copy/Sources" | xargs sed -i 's/public var hitRatio/public var ratioOfHits/'
if swift package --package-path "$copy" diagnose-api-breaking-changes HEAD >"$scratch/log" 2>&1; then
    echo "api: a property that is gone was not found" >&2
    exit 1
fi
grep -q 'CacheStatistics.hitRatio has been removed' "$scratch/log" || {
    cat "$scratch/log" >&2
    echo "api: the comparison failed for another reason" >&2
    exit 1
}
echo "api: and a break is found"
