#!/usr/bin/env bash
# What a package sees that depends on this one: a scratch package with SwiftPM's default settings fetches what it needs and
# nothing else, builds and runs. First the core alone, with the example of the README and with the protocols that users
# conform to (Tests/Consumers/Core); then the cache in a target that talks to C++, which reads its headers as C++; then each
# adapter, by its trait.
# Arguments choose among them, for example: Scripts/consumers.sh Core SQLite
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/setup.sh
root=$PWD

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/Sources"

# What the target of the scratch package has beside its dependency.
settings=

# Makes the scratch package: its only target depends on a product, of this package with these traits, and consists of the
# files that follow. The name of a trait is that of its product without the prefix.
package() {
    local product=$1 traits=$2
    shift 2
    rm -rf "$scratch/Sources" "$scratch/Package.resolved"
    mkdir "$scratch/Sources"
    cp "$@" "$scratch/Sources"
    cat >"$scratch/Package.swift" <<END
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "consumer",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "Dedup", path: "$root"$traits)],
    targets: [
        .executableTarget(
            name: "consumer", dependencies: [.product(name: "$product", package: "Dedup")], path: "Sources"$settings)
    ]
)
END
}

# Resolves, builds and runs the scratch package, and insists on what is fetched and on the last line that it prints.
try() {
    local product=$1 wanted=$2 line=$3 packages printed
    swift package --package-path "$scratch" resolve >/dev/null
    packages=$(sed -n 's/.*"identity" : "\(.*\)".*/\1/p' "$scratch/Package.resolved" | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')
    echo "consumers: a package that uses $product fetches: $packages"
    if [[ $packages != "$wanted" ]]; then
        echo "consumers: it should fetch: $wanted" >&2
        exit 1
    fi
    swift build --package-path "$scratch"
    printed=$("$(swift build --package-path "$scratch" --show-bin-path)/consumer")
    printf '%s\n' "$printed"
    if [[ $(tail -n 1 <<<"$printed") != "$line" ]]; then
        echo "consumers: it should print at last: $line" >&2
        exit 1
    fi
}

adapter() {
    package "Dedup$1" ", traits: [\"$1\"]" "Tests/Consumers/$1/main.swift"
    try "Dedup$1" "$2" "$3"
}

core="swift-asn1 swift-crypto"
(($# > 0)) || set -- Core Cxx SQLite Logging Metrics Tracing Configuration ServiceLifecycle
for name in "$@"; do
    echo "== a package that uses $name"
    case $name in
        Core)
            package Dedup '' Tests/ReadMe/main.swift Tests/Consumers/Core/*.swift
            try Dedup "$core" "clean: /srv/app"
            # The pins say what was resolved, the checkouts what was fetched.
            if [[ $(ls "$scratch/.build/checkouts" | LC_ALL=C sort | tr '\n' ' ') != "$core " ]]; then
                echo "consumers: more was fetched: $(ls "$scratch/.build/checkouts")" >&2
                exit 1
            fi
            ;;
        Cxx)
            settings=', swiftSettings: [.interoperabilityMode(.Cxx)]'
            package Caching '' Tests/Consumers/Cxx/main.swift
            try Caching "$core" "value"
            settings=
            ;;
        SQLite) adapter SQLite "grdb.swift $core" "1 execution, 1 hit" ;;
        Logging) adapter Logging "$core swift-log" "execution.started" ;;
        Metrics)
            adapter Metrics "$core swift-metrics" \
                "dedup.cache.insertions dedup.events dedup.executions dedup.executions.started dedup.requests"
            ;;
        Tracing) adapter Tracing "$core swift-distributed-tracing" "await greeting, execute greeting" ;;
        Configuration)
            fetched="swift-asn1 swift-async-algorithms swift-collections swift-configuration swift-crypto swift-log"
            adapter Configuration "$fetched swift-service-lifecycle swift-system" "300 results, 1.5 seconds"
            ;;
        ServiceLifecycle)
            adapter ServiceLifecycle \
                "swift-asn1 swift-async-algorithms swift-collections swift-crypto swift-log swift-service-lifecycle" \
                "shut down"
            ;;
        *)
            echo "consumers: there is no consumer '$name'; choose Core, Cxx, SQLite, Logging, Metrics, Tracing, Configuration or" \
                "ServiceLifecycle" >&2
            exit 64
            ;;
    esac
done
