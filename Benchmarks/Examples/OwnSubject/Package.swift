// swift-tools-version: 6.2

import PackageDescription

// An executable with every command of `dedupbench` and a subject of its own. Elsewhere than here, depend on the repository
// by its address.
let package = Package(
    name: "OwnSubject",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "DedupBenchmarks", path: "../..")],
    targets: [
        .executableTarget(
            name: "own-bench", dependencies: [.product(name: "DedupBenchKit", package: "DedupBenchmarks")],
            path: "Sources")
    ]
)
