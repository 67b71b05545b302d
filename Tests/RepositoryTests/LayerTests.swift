import Testing

/// Arrows between targets point one way: what a target may import is written here, and nowhere else.
@Suite struct LayerTests {
    static let standard: Set = ["Swift", "Synchronization"]
    static let system: Set = ["Foundation", "FoundationEssentials", "Dispatch", "Glibc", "Musl", "Darwin"]

    /// Folder -> the modules that its files may import.
    static let allowed: [String: Set<String>] = [
        // Glibc only under `DEDUP_PTHREAD_LOCK`, in the one file that has the lock.
        "Sources/Caching": standard.union(["Glibc", "CProcessor"]),
        "Sources/Dedup": standard.union(["Caching", "Crypto", "FoundationEssentials", "Glibc", "Musl", "Darwin"]),
        "Sources/DedupSQLite": standard.union(system).union(["Caching", "Dedup", "GRDB"]),
        "Sources/DedupLogging": standard.union(["Caching", "Dedup", "Logging"]),
        "Sources/DedupMetrics": standard.union(["Caching", "Dedup", "Metrics", "CoreMetrics"]),
        "Sources/DedupServiceLifecycle": standard.union(["Caching", "Dedup", "ServiceLifecycle"]),
        "Sources/DedupTesting": standard.union(["Caching", "Dedup", "Testing"]),
        "Benchmarks/Workloads": standard.union(system).union(["CZstd", "Yams"]),
        "Benchmarks/Measurement": standard.union(system).union(["CJemalloc", "Histogram", "Numerics"]),
        "Benchmarks/Verification": standard.union(["Glibc"]),
        "Benchmarks/LoadGeneration": standard.union(system).union(["Workloads", "Measurement", "Verification"]),
        "Benchmarks/Reporting": standard.union(system).union(["Measurement", "Verification"]),
        "Benchmarks/dedupbench": standard.union(system).union([
            "Workloads", "Measurement", "Verification", "LoadGeneration", "Reporting", "Caching", "Dedup",
            "ArgumentParser", "Subprocess", "SystemPackage", "System", "Crypto", "Histogram",
        ]),
    ]

    @Test(arguments: allowed.keys.sorted())
    func importsOnlyWhatIsBelow(_ folder: String) throws {
        let files = try Repository.files(under: folder, endingIn: [".swift"])
        try #require(!files.isEmpty, "\(folder) has no Swift files; has it moved?")
        for file in files {
            let above = imports(of: file.text).subtracting(Self.allowed[folder] ?? [])
            #expect(above.isEmpty, "\(file.path) imports \(above.sorted().joined(separator: ", "))")
        }
    }

    @Test func everyTargetFolderHasARule() throws {
        for parent in ["Sources", "Benchmarks"] {
            let folders = Set(
                try Repository.files(under: parent, endingIn: [".swift"])
                    .map { $0.path.split(separator: "/").prefix(2).joined(separator: "/") })
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
            where !["SystemTimeSource.swift", "WallTime.swift"].contains(where: file.path.hasSuffix) {
                for line in file.lines where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                    #expect(!readers.contains { line.contains($0) }, "\(file.path): \(line)")
                }
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
