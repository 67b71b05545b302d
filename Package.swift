// swift-tools-version: 6.2

import PackageDescription

/// What every Swift target of ours is compiled with: a warning is an error, and nothing is imported by accident.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// The core is compiled with strict memory safety on top: each unsafe expression is marked where it stands.
let core: [SwiftSetting] = strict + [.strictMemorySafety()]

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "Dedup",
    products: [
        .library(name: "Caching", targets: ["Caching"]),
        .library(name: "Dedup", targets: ["Dedup"]),
        .library(name: "DedupSQLite", targets: ["DedupSQLite"]),
        .library(name: "DedupLogging", targets: ["DedupLogging"]),
        .library(name: "DedupMetrics", targets: ["DedupMetrics"]),
        .library(name: "DedupServiceLifecycle", targets: ["DedupServiceLifecycle"]),
        .library(name: "DedupTesting", targets: ["DedupTesting"]),
        .executable(name: "dedupbench", targets: ["dedupbench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // The library.
        .target(name: "CProcessor"),
        .target(name: "Caching", dependencies: ["CProcessor"], swiftSettings: core),
        .target(name: "Dedup", dependencies: ["Caching", crypto], swiftSettings: core),
        .target(name: "DedupSQLite", dependencies: ["Caching", "Dedup", grdb], swiftSettings: strict),
        .target(name: "DedupLogging", dependencies: ["Dedup", log], swiftSettings: strict),
        .target(name: "DedupMetrics", dependencies: ["Dedup", metrics], swiftSettings: strict),
        .target(name: "DedupServiceLifecycle", dependencies: ["Dedup", lifecycle], swiftSettings: strict),
        .target(name: "DedupTesting", dependencies: ["Caching", "Dedup"], swiftSettings: strict),

        // The harness.
        .systemLibrary(name: "CJemalloc", pkgConfig: "jemalloc", providers: [.apt(["libjemalloc-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(
            name: "Workloads", dependencies: ["CZstd", yams], path: "Benchmarks/Workloads", swiftSettings: strict),
        .target(
            name: "Measurement", dependencies: ["CJemalloc", histogram], path: "Benchmarks/Measurement",
            swiftSettings: strict),
        .target(name: "Verification", path: "Benchmarks/Verification", swiftSettings: strict),
        .target(
            name: "LoadGeneration", dependencies: ["Workloads", "Measurement", "Verification"],
            path: "Benchmarks/LoadGeneration", swiftSettings: strict),
        .target(
            name: "Reporting", dependencies: ["Measurement", "Verification"], path: "Benchmarks/Reporting",
            swiftSettings: strict),
        .executableTarget(
            name: "dedupbench",
            dependencies: [
                "Workloads", "Measurement", "Verification", "LoadGeneration", "Reporting", "Caching", "Dedup",
                argumentParser, subprocess, crypto,
            ],
            path: "Benchmarks/dedupbench", swiftSettings: strict),

        // The tests. `schedules` is a program of its own, because the scheduler that it installs is global.
        .executableTarget(
            name: "schedules", dependencies: ["Caching", "Dedup", "Verification", "Workloads"],
            path: "Tests/Schedules", swiftSettings: strict),
        tests("SchedulesTests", ["schedules"]),
        tests("CachingTests", ["Caching", "DedupTesting"]),
        tests("DedupTests", ["Caching", "Dedup", "DedupTesting", crypto]),
        tests("DedupSQLiteTests", ["Caching", "Dedup", "DedupSQLite", "DedupTesting", grdb]),
        tests("DedupTestingTests", ["Dedup", "DedupTesting"]),
        tests(
            "AdapterTests",
            [
                "Caching", "Dedup", "DedupLogging", "DedupMetrics", "DedupServiceLifecycle", "DedupTesting", log,
                metrics, metricsTestKit, lifecycle,
            ]),
        tests("WorkloadsTests", ["Workloads"]),
        tests("ReplayTests", ["Caching", "Workloads"]),
        tests("MeasurementTests", ["DedupTesting", "Measurement"]),
        tests("VerificationTests", ["DedupTesting", "Verification"]),
        tests("LoadGenerationTests", ["LoadGeneration", "Workloads", "Measurement", "Verification"]),
        tests("ReportingTests", ["DedupTesting", "Reporting", "Measurement", "Verification"]),
        tests("DedupBenchTests", ["dedupbench"]),
        tests("RepositoryTests", []),

        // What README, guides and doc comments show. The README's example is a program of its own, compiled as a user
        // would, without our settings.
        .executableTarget(name: "readme", dependencies: ["Dedup"], path: "Tests/ReadMe"),
        tests(
            "DocumentationTests",
            [
                "Caching", "Dedup", "DedupLogging", "DedupMetrics", "DedupSQLite", "DedupServiceLifecycle",
                "DedupTesting", "readme", log, lifecycle,
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// jemalloc takes the place of the allocator that the sanitizers watch, so their builds leave out whatever links it:
// `DEDUP_LIBRARY_ONLY=1` builds and tests the library and the checker, and nothing of the harness besides.
if Context.environment["DEDUP_LIBRARY_ONLY"] != nil {
    let harness: Set = [
        "CJemalloc", "CZstd", "Workloads", "Measurement", "LoadGeneration", "Reporting", "dedupbench", "schedules",
        "WorkloadsTests", "ReplayTests", "MeasurementTests", "LoadGenerationTests", "ReportingTests",
        "DedupBenchTests", "SchedulesTests", "RepositoryTests",
    ]
    package.targets.removeAll { harness.contains($0.name) }
    package.products.removeAll { $0.name == "dedupbench" }
}
