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
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A product of another package that only one of our traits needs, so that nobody else fetches that package.
func product(_ name: String, of package: String, for trait: String) -> Target.Dependency {
    .product(name: name, package: package, condition: .when(traits: [trait]))
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = product("GRDB", of: "GRDB.swift", for: "SQLite")
let log = product("Logging", of: "swift-log", for: "Logging")
let metrics = product("Metrics", of: "swift-metrics", for: "Metrics")
let metricsTestKit = product("MetricsTestKit", of: "swift-metrics", for: "Metrics")
let tracing = product("Tracing", of: "swift-distributed-tracing", for: "Tracing")
let inMemoryTracing = product("InMemoryTracing", of: "swift-distributed-tracing", for: "Tracing")
let configuration = product("Configuration", of: "swift-configuration", for: "Configuration")
let lifecycle = product("ServiceLifecycle", of: "swift-service-lifecycle", for: "ServiceLifecycle")

let package = Package(
    name: "Dedup",
    // `Mutex` came with macOS 15 and its siblings, tasks that begin on the caller's thread with macOS 26 and its siblings.
    platforms: [.macOS(.v26), .iOS(.v26), .tvOS(.v26), .watchOS(.v26), .visionOS(.v26)],
    products: [
        .library(name: "Caching", targets: ["Caching"]),
        .library(name: "Dedup", targets: ["Dedup"]),
        .library(name: "DedupSQLite", targets: ["DedupSQLite"]),
        .library(name: "DedupLogging", targets: ["DedupLogging"]),
        .library(name: "DedupMetrics", targets: ["DedupMetrics"]),
        .library(name: "DedupTracing", targets: ["DedupTracing"]),
        .library(name: "DedupConfiguration", targets: ["DedupConfiguration"]),
        .library(name: "DedupServiceLifecycle", targets: ["DedupServiceLifecycle"]),
        .library(name: "DedupTesting", targets: ["DedupTesting"]),
        .library(name: "DedupVerification", targets: ["DedupVerification"]),
    ],
    // No trait is on by default: whoever wants the core fetches what the core needs, and an adapter is one word in the
    // manifest of whoever wants it. A trait that is on by default would be fetched by everybody who does not know of it.
    traits: [
        .trait(name: "SQLite", description: "DedupSQLite: execution records in a file"),
        .trait(name: "Logging", description: "DedupLogging: events to swift-log"),
        .trait(name: "Metrics", description: "DedupMetrics: counts and events to swift-metrics"),
        .trait(name: "Tracing", description: "DedupTracing: spans of executions to swift-distributed-tracing"),
        .trait(name: "Configuration", description: "DedupConfiguration: limits from a reader of swift-configuration"),
        .trait(name: "ServiceLifecycle", description: "DedupServiceLifecycle: a deduplicator in a service group"),
        // The Swift Package Index documents what is on by default.
        .default(
            enabledTraits: Context.environment["SPI_GENERATE_DOCS"] == nil
                ? [] : ["SQLite", "Logging", "Metrics", "Tracing", "Configuration", "ServiceLifecycle"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        // Without its own traits: what reads JSON is for whoever makes the reader.
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "CProcessor"),
        .target(name: "Caching", dependencies: ["CProcessor"], swiftSettings: core),
        .target(name: "Dedup", dependencies: ["Caching", crypto], swiftSettings: core),
        .target(name: "DedupSQLite", dependencies: ["Caching", "Dedup", grdb], swiftSettings: strict),
        .target(name: "DedupLogging", dependencies: ["Dedup", log], swiftSettings: strict),
        .target(name: "DedupMetrics", dependencies: ["Caching", "Dedup", metrics], swiftSettings: strict),
        .target(name: "DedupTracing", dependencies: ["Caching", "Dedup", tracing], swiftSettings: strict),
        .target(
            name: "DedupConfiguration", dependencies: ["Caching", "Dedup", configuration], swiftSettings: strict),
        .target(name: "DedupServiceLifecycle", dependencies: ["Caching", "Dedup", lifecycle], swiftSettings: strict),
        .target(name: "DedupTesting", dependencies: ["Caching", "Dedup", "DedupVerification"], swiftSettings: strict),
        .target(name: "DedupVerification", swiftSettings: strict),

        // The tests. `schedules` is a program of its own, because the scheduler that it installs is global.
        .executableTarget(
            name: "schedules", dependencies: ["Caching", "Dedup", "DedupVerification"],
            path: "Tests/Schedules", swiftSettings: strict),
        tests("SchedulesTests", ["schedules"]),
        tests("CachingTests", ["Caching", "DedupTesting"]),
        tests("DedupTests", ["Caching", "Dedup", "DedupTesting", crypto]),
        tests("DedupSQLiteTests", ["Caching", "Dedup", "DedupSQLite", "DedupTesting", grdb]),
        tests("DedupTestingTests", ["Caching", "Dedup", "DedupTesting", "DedupVerification"]),
        tests("DedupVerificationTests", ["DedupTesting", "DedupVerification"]),
        tests(
            "AdapterTests",
            [
                "Caching", "Dedup", "DedupConfiguration", "DedupLogging", "DedupMetrics", "DedupServiceLifecycle",
                "DedupTesting", "DedupTracing", configuration, log, metrics, metricsTestKit, tracing, inMemoryTracing,
                lifecycle,
            ]),
        tests("ReplayTests", ["Caching", "DedupVerification"]),
        tests("RepositoryTests", []),

        // What README, guides and doc comments show. The README's example is a program of its own, compiled as a user
        // would, without our settings.
        .executableTarget(name: "readme", dependencies: ["Dedup"], path: "Tests/ReadMe"),
        tests(
            "DocumentationTests",
            [
                "Caching", "Dedup", "DedupConfiguration", "DedupLogging", "DedupMetrics", "DedupSQLite",
                "DedupServiceLifecycle", "DedupTesting", "DedupTracing", "readme", configuration, log, tracing,
                lifecycle,
            ]),
    ],
    swiftLanguageModes: [.v6]
)
