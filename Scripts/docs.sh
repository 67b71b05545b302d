#!/usr/bin/env bash
# Builds the documentation of the library and fails on a link that leads nowhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh

swift package dump-symbol-graph --minimum-access-level public >/dev/null
dumped=$(swift build --show-bin-path)/../symbolgraph
graphs=.build/dedup-symbol-graphs
rm -rf "$graphs"
mkdir -p "$graphs"
cp "$dumped"/Dedup.symbols.json "$dumped"/Dedup@*.symbols.json "$graphs" 2>/dev/null || cp "$dumped"/Dedup.symbols.json "$graphs"
docc convert Sources/Dedup/Documentation.docc --additional-symbol-graph-dir "$graphs" \
    --fallback-display-name Dedup --fallback-bundle-identifier dedup.Dedup \
    --output-path .build/Dedup.doccarchive --warnings-as-errors
echo "docs: every link resolves"
