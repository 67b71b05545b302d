#!/usr/bin/env bash
# Builds the documentation of the library and fails on a link that leads nowhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

graphs=.build/symbol-graphs
rm -rf "$graphs"
mkdir -p "$graphs/all" "$graphs/Dedup"
swift build --target Dedup -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$graphs/all" \
    --scratch-path .build-docs
cp "$graphs"/all/Dedup*.symbols.json "$graphs"/all/Caching*.symbols.json "$graphs/Dedup/"
docc convert Sources/Dedup/Documentation.docc --additional-symbol-graph-dir "$graphs/Dedup" \
    --output-path .build/Dedup.doccarchive --warnings-as-errors
echo "docs: every link resolves"
