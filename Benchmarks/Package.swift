// swift-tools-version: 6.2

import PackageDescription

/// What every Swift target here is compiled with, as in the library's own manifest.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func library(_ name: String) -> Target.Dependency { .product(name: name, package: "Dedup") }

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

/// What only `dedupbench http` needs, so that nothing else fetches it.
func web(_ name: String, of package: String) -> Target.Dependency {
    .product(name: name, package: package, condition: .when(traits: ["HTTP"]))
}

let package = Package(
    name: "DedupBenchmarks",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "dedupbench", targets: ["dedupbench"]),
        .library(name: "DedupBenchKit", targets: ["DedupBenchKit", "DedupBenchCLI"]),
    ],
    // Off by default: what it fetches takes longer to build than everything else together.
    traits: [.trait(name: "HTTP", description: "dedupbench http: a service in any language as the subject")],
    dependencies: [
        .package(name: "Dedup", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .systemLibrary(name: "CJemalloc", pkgConfig: "jemalloc", providers: [.apt(["libjemalloc-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        target("Statistics"),
        target("Wording"),
        target("Workloads", ["CZlib", "CZstd", "Statistics", "Wording", library("DedupVerification"), yams]),
        target("Measurement", ["CJemalloc", "Statistics", histogram]),
        target("Evidence", ["Measurement", "Workloads", library("DedupVerification"), crypto]),
        // What a subject is: for those here and for those of other packages.
        target("DedupBenchKit", ["Workloads", library("DedupVerification")]),
        target(
            "LoadGeneration", ["DedupBenchKit", "Workloads", "Measurement", "Evidence", library("DedupVerification")]),
        target(
            "Judging", ["Evidence", "Measurement", "Statistics", "Wording", "Workloads", library("DedupVerification")]),
        target(
            "Reporting",
            ["CZlib", "Evidence", "Judging", "Measurement", "Wording", library("DedupVerification"), crypto]),
        target("StrategyLab", ["Wording", library("Caching")]),
        target(
            "DedupBenchHTTP",
            [
                "DedupBenchKit", crypto, web("AsyncHTTPClient", of: "async-http-client"),
                web("NIOCore", of: "swift-nio"), web("NIOHTTP1", of: "swift-nio"), web("NIOPosix", of: "swift-nio"),
            ]),
        // Every command: for the executable here and for those of other packages.
        target(
            "DedupBenchCLI",
            [
                "DedupBenchHTTP", "DedupBenchKit", "Workloads", "Measurement", "Evidence", "LoadGeneration", "Judging",
                "Reporting", "Statistics", "StrategyLab", "Wording", library("Caching"), library("Dedup"),
                library("DedupVerification"), argumentParser, subprocess, crypto,
            ]),
        .executableTarget(name: "dedupbench", dependencies: ["DedupBenchCLI"], swiftSettings: strict),

        // What tests share: a machine that is as fast as the test says.
        .target(
            name: "Simulation", dependencies: ["DedupBenchKit", "LoadGeneration", "Measurement"],
            path: "Tests/Simulation",
            swiftSettings: strict),
        // Reads tables as another program would.
        .target(name: "CSVReading", path: "Tests/CSVReading", swiftSettings: strict),
        // Evidence as a run would leave it.
        .target(
            name: "EvidenceFixture", dependencies: ["Evidence", "Measurement", library("DedupVerification")],
            path: "Tests/EvidenceFixture", swiftSettings: strict),
        tests("StatisticsTests", ["Statistics", library("DedupTesting")]),
        tests("WorkloadsTests", ["Workloads", "Statistics"]),
        tests("StrategyLabTests", ["StrategyLab", library("Caching"), library("DedupTesting")]),
        tests("MeasurementTests", ["Measurement", "Statistics", library("DedupTesting")]),
        tests(
            "JudgingTests",
            [
                "Judging", "Evidence", "EvidenceFixture", "Measurement", "Statistics", "Workloads",
                library("DedupTesting"),
                library("DedupVerification"),
            ]),
        tests("EvidenceTests", ["Evidence", "EvidenceFixture", "Measurement", library("DedupVerification")]),
        tests(
            "LoadGenerationTests",
            [
                "LoadGeneration", "DedupBenchKit", "Workloads", "Measurement", "Evidence", "Judging", "Simulation",
                library("DedupTesting"),
                library("DedupVerification"),
            ]),
        tests(
            "ReportingTests",
            [
                "CSVReading", "CZlib", "Reporting", "Judging", "Evidence", "EvidenceFixture", "Measurement", "Wording",
                library("DedupTesting"),
                library("DedupVerification"), crypto,
            ]),
        tests(
            "DedupBenchTests",
            [
                "CSVReading", "DedupBenchCLI", "DedupBenchKit", "Evidence", "Judging", "LoadGeneration", "Measurement",
                "Reporting",
                "Simulation",
                "Workloads",
                library("Caching"), library("Dedup"), library("DedupTesting"), library("DedupVerification"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
