#!/usr/bin/env bash
# Builds the documentation of every library of the package and fails on a link that leads nowhere. At the end it breaks a
# link in a copy and insists that this is found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

# The symbols of every module are asked for, those of the tests included, which only a build of the tests makes. The one under
# AddressSanitizer is that of `test.sh`, so that nothing is built twice.
build=(--enable-all-traits --sanitize=address --scratch-path .build-address)
dedup_build "${build[@]}" --build-tests
SWIFT_DETERMINISTIC_HASHING=1 swift package "${build[@]}" dump-symbol-graph --minimum-access-level public >/dev/null
dumped=$(swift build "${build[@]}" --show-bin-path)/../symbolgraph
built=.build/documentation
rm -rf "$built"

# Copies the symbols of a module, and its extensions of others, to a folder of their own.
symbols() {
    mkdir -p "$built/$1.symbols"
    find "$dumped" \( -name "$1.symbols.json" -o -name "$1@*.symbols.json" \) -exec cp {} "$built/$1.symbols" \;
}

# Builds the documentation of a module, with the catalog of guides at the second argument, if there is one.
convert() {
    docc convert ${2:+"$2"} --additional-symbol-graph-dir "$built/$1.symbols" \
        --fallback-display-name "$1" --fallback-bundle-identifier "dedup.$1" \
        --output-path "$built/$1.doccarchive" --warnings-as-errors
}

for module in Caching Dedup DedupSQLite DedupLogging DedupMetrics DedupTracing DedupConfiguration DedupServiceLifecycle DedupTesting DedupVerification; do
    echo "== documentation of $module"
    catalog=Sources/$module/Documentation.docc
    symbols "$module"
    if [[ -d $catalog ]]; then convert "$module" "$catalog"; else convert "$module"; fi
done
echo "docs: every link resolves"

cp -r Sources/Dedup/Documentation.docc "$built/Broken.docc"
echo 'See ``NoSuchSymbol`` and <doc:NoSuchGuide>.' >>"$built/Broken.docc/Semantics.md"
if convert Dedup "$built/Broken.docc" >"$built/broken.log" 2>&1; then
    echo "docs: a broken link was not found" >&2
    exit 1
fi
for name in NoSuchSymbol NoSuchGuide; do
    grep -q "$name" "$built/broken.log" || { echo "docs: $name failed for another reason" >&2; exit 1; }
done
echo "docs: and a link that does not is found"
