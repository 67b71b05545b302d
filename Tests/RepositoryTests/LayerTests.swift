import Testing

/// Arrows between targets point one way: what a target may import is written here, and nowhere else.
@Suite struct LayerTests {
    /// The C library, by what it is called on each system.
    static let system: Set = ["Glibc", "Musl", "Darwin"]

    /// Folder -> the modules that its files may import.
    static let allowed: [String: Set<String>] = [
        // The C library for the clock, Dispatch for a thread that waits for a load.
        "Sources/Caching": system.union(["CProcessor", "Dispatch", "Synchronization"]),
        "Sources/Dedup": system.union(["Caching", "Crypto", "FoundationEssentials", "Synchronization"]),
        "Sources/DedupSQLite": system.union(["Caching", "Dedup", "Foundation", "GRDB"]),
        "Sources/DedupLogging": ["Dedup", "Logging"],
        "Sources/DedupMetrics": ["Caching", "CoreMetrics", "Dedup", "Metrics"],
        "Sources/DedupTracing": ["Caching", "Dedup", "Tracing"],
        "Sources/DedupConfiguration": ["Caching", "Configuration", "Dedup"],
        "Sources/DedupServiceLifecycle": ["Caching", "Dedup", "ServiceLifecycle"],
        "Sources/DedupTesting": ["Caching", "Dedup", "DedupVerification", "Testing"],
        "Sources/DedupVerification": ["Synchronization"],
        "Benchmarks/Sources/Statistics": ["Foundation", "Glibc"],
        "Benchmarks/Sources/Workloads": [
            "CZlib", "CZstd", "DedupVerification", "Foundation", "Statistics", "Synchronization", "Wording", "Yams",
        ],
        "Benchmarks/Sources/Measurement": [
            "CJemalloc", "Dispatch", "Foundation", "Glibc", "Histogram", "Statistics", "Synchronization",
        ],
        "Benchmarks/Sources/Wording": [],
        "Benchmarks/Sources/Evidence": ["Crypto", "DedupVerification", "Foundation", "Measurement", "Workloads"],
        "Benchmarks/Sources/DedupBenchKit": ["DedupVerification", "Workloads"],
        "Benchmarks/Sources/DedupBenchHTTP": [
            "AsyncHTTPClient", "Crypto", "DedupBenchKit", "Foundation", "NIOCore", "NIOHTTP1", "NIOPosix",
            "Synchronization",
        ],
        "Benchmarks/Sources/LoadGeneration": [
            "DedupBenchKit", "DedupVerification", "Dispatch", "Evidence", "Foundation", "Glibc", "Measurement",
            "Synchronization",
            "Workloads",
        ],
        "Benchmarks/Sources/Judging": [
            "DedupVerification", "Evidence", "Foundation", "Measurement", "Statistics", "Wording", "Workloads",
        ],
        "Benchmarks/Sources/StrategyLab": ["Caching", "Dispatch", "Synchronization", "Wording"],
        "Benchmarks/Sources/Reporting": [
            "CZlib", "Crypto", "DedupVerification", "Evidence", "Foundation", "Glibc", "Judging", "Measurement",
            "Statistics", "Wording",
        ],
        "Benchmarks/Sources/dedupbench": ["DedupBenchCLI"],
        "Benchmarks/Sources/DedupBenchCLI": [
            "ArgumentParser", "Caching", "Crypto", "Dedup", "DedupBenchHTTP", "DedupBenchKit", "DedupVerification",
            "Evidence",
            "Foundation", "Judging",
            "LoadGeneration", "Measurement", "Reporting", "Statistics", "StrategyLab", "Subprocess", "Synchronization",
            "Wording", "Workloads",
        ],
    ]

    @Test(arguments: allowed.keys.sorted())
    func importsOnlyLowerLayers(_ folder: String) throws {
        let files = try Repository.files(under: folder, endingIn: [".swift"])
        try #require(!files.isEmpty, "\(folder) has no Swift files; has it moved?")
        for file in files {
            let above = imports(of: file.text).subtracting(Self.allowed[folder] ?? [])
            #expect(above.isEmpty, "\(file.path) imports \(above.sorted().joined(separator: ", "))")
        }
        let stale = files.reduce(into: Self.allowed[folder] ?? []) { $0.subtract(imports(of: $1.text)) }
        #expect(stale.isEmpty, "Nothing in \(folder) imports \(stale.sorted().joined(separator: ", ")) any more")
    }

    @Test func everyTargetFolderHasARule() throws {
        for parent in ["Sources", "Benchmarks/Sources"] {
            let depth = parent.split(separator: "/").count + 1
            let folders = Set(
                try Repository.files(under: parent, endingIn: [".swift"])
                    .map { $0.path.split(separator: "/").prefix(depth).joined(separator: "/") })
            #expect(folders.subtracting(Self.allowed.keys).isEmpty)
        }
    }

    @Test func foundationIsInOneFileOfTheCore() throws {
        let files = try Repository.files(under: "Sources/Dedup", endingIn: [".swift"])
            .filter { imports(of: $0.text).contains("FoundationEssentials") }
        #expect(files.count <= 1, "\(files.map(\.path))")
    }

    @Test func onlyTimeSourcesReadClocksOrSleep() throws {
        let readers = ["ContinuousClock", "SuspendingClock", "Task.sleep", "clock_gettime", "DispatchTime", "Date("]
        for folder in ["Sources/Caching", "Sources/Dedup"] {
            for file in try Repository.files(under: folder, endingIn: [".swift"])
            // `MonotonicInstant.now` is the one reading of the monotonic clock, for a cache that stands alone.
            where ![
                "MonotonicInstant.swift", "SystemTimeSource.swift", "TimeSource.swift",
            ].contains(where: file.path.hasSuffix) {
                for line in file.lines where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                    #expect(!readers.contains { line.contains($0) }, "\(file.path): \(line)")
                }
            }
        }
    }

    /// A timer of the system holds its memory until it fires, cancelled or not. How long that is can only be seen by
    /// waiting, so what is checked is that the one sleep of the library goes through stretches, which have their own tests.
    @Test func theSystemIsAskedForStretchesOfASleepOnly() throws {
        let folders = ["Sources/Caching", "Sources/Dedup"]
        let sources = try folders.flatMap { try Repository.files(under: $0, endingIn: [".swift"]) }
        let sleeps = sources.flatMap { $0.lines }.filter { (line: Substring) in
            !line.contains("///") && (line.contains("Clock().sleep") || line.contains("Task.sleep"))
        }
        let stretched =
            "Self.sleep(until: deadline, now: { now }, stretch: { try await ContinuousClock().sleep(for: $0) })"
        #expect(sleeps.count == 1 && sleeps.first?.hasSuffix(stretched) == true, "\(sleeps)")
    }

    /// ThreadSanitizer reports races in what a `Mutex` protects where there are none; see `Lock`.
    @Test func codeUnderSanitizersHasNoLockThatMisleadsThem() throws {
        let folders = [
            "Sources", "Tests/AdapterTests", "Tests/CachingTests", "Tests/DedupTests", "Tests/DedupSQLiteTests",
            "Tests/DedupTestingTests", "Tests/DedupVerificationTests", "Tests/Schedules",
        ]
        for folder in folders {
            let files = try Repository.files(under: folder, endingIn: [".swift"])
            try #require(!files.isEmpty, "\(folder) has no Swift files; has it moved?")
            for file in files where !file.path.hasSuffix("Caching/Concurrency/Lock.swift") {
                #expect(!file.text.contains(/\bMutex[<(]/), "\(file.path) has a Mutex; Caching's Lock takes its place")
            }
        }
    }

    @Test(arguments: [
        ("import Crypto", ["Crypto"]), ("public import Caching\ninternal import Glibc", ["Caching", "Glibc"]),
        ("    package import Yams", ["Yams"]), ("import struct Foundation.Data", ["Foundation"]),
        ("// import Nothing", []), ("@testable import Dedup", ["Dedup"]), ("let important = 1", []),
    ])
    func findsImports(_ text: String, _ modules: [String]) {
        #expect(imports(of: text) == Set(modules))
    }

    private func imports(of text: String) -> Set<String> {
        let access = "(?:(?:public|package|internal|fileprivate|private) )?"
        let kind = "(?:struct |enum |class |func |protocol )?"
        guard
            let pattern = try? Regex(
                "(?m)^[ \\t]*(?:@\\w+ )?\(access)import \(kind)(\\w+)", as: (Substring, Substring).self)
        else { return [] }
        return Set(text.matches(of: pattern).map { String($0.output.1) })
    }
}
