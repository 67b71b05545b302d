// swift-tools-version: 6.2

import PackageDescription

// An executable with every command of `dedupbench` and a subject of its own. A package of your own needs the repository beside
// it, as a git submodule for example, and depends on its folder `Benchmarks` by path, as this one does.
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
