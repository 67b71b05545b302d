internal import DedupBenchKit
internal import Evidence
internal import Foundation
internal import LoadGeneration
internal import Measurement

/// Names the functions that have memory allocated which is not freed, from the heap profiles of a memory phase.
///
/// The profiles are addresses. `jeprof`, which comes with jemalloc, makes names of them, and `swift-demangle` readable ones.
package struct HeapCallSites {
    /// How many functions are kept.
    private static let most = 10

    let interruption: Interruption

    /// Starts the program anew if its allocator records nothing as it is.
    ///
    /// - Throws: ``Failure``: 69 where something is missing that this takes, before anything is measured.
    static func prepare(in context: CommandContext) async throws(Failure) {
        guard HeapProfile.isBuiltIn else {
            throw Failure(
                "--heap-profile: this jemalloc was built without profiling (config.prof is false)", .missingTool)
        }
        let version = try await ChildProcess(
            program: "jeprof", arguments: ["--version"], interruption: context.interruption
        ).run()
        guard version.hasSucceeded else {
            throw Failure("--heap-profile: jeprof, of jemalloc, cannot be run: \(version.lastWords)", .missingTool)
        }
        guard !HeapProfile.isPrepared else { return }
        let mark = "DEDUPBENCH_HEAP_PROFILE"
        let environment = ProcessInfo.processInfo.environment
        guard environment[mark] == nil else {
            throw Failure(
                "--heap-profile: jemalloc does not take `\(HeapProfile.options)` from MALLOC_CONF", .internalError)
        }
        let options = [environment["MALLOC_CONF"], HeapProfile.options].compactMap(\.self).joined(separator: ",")
        throw context.restart(["MALLOC_CONF": options, mark: "1"])
    }

    /// Adds to the evidence where what grew was allocated.
    func add(to evidence: inout SubjectEvidence, of run: SubjectRun) async throws(Failure) {
        for index in evidence.phases.indices {
            guard let profiles = run.heapProfiles[evidence.phases[index].number],
                !evidence.phases[index].memory.isEmpty
            else { continue }
            evidence.phases[index].memory[0].callSites = try await sites(profiles)
        }
    }

    private func sites(_ profiles: HeapProfiles) async throws(Failure) -> [MemoryEvidence.CallSite] {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let end = try await ChildProcess(
            program: "jeprof", arguments: ["--collapsed", "--base", profiles.half, program, profiles.end],
            interruption: interruption
        ).run()
        guard end.hasSucceeded else {
            throw Failure("jeprof cannot read the heap profiles (\(end.status)): \(end.lastWords)", .internalError)
        }
        let grown = Array(Self.grown(in: end.out).prefix(Self.most))
        let names = await demangled(grown.map(\.frames).flatMap(\.self))
        return grown.map { site in
            MemoryEvidence.CallSite(
                function: site.frames.map { names[$0] ?? $0 }.joined(separator: ", called by "),
                bytesPerOperation: Double(site.bytes) / Double(profiles.operations))
        }
    }

    /// The functions that hold more than before, most of it first: the innermost of ours, and the one of ours that called it.
    ///
    /// - Parameter stacks: A line a call stack: the functions from the outermost on, between semicolons, each with its address in
    ///   angle brackets, or `[inline]`; then a blank and bytes.
    package static func grown(in stacks: String) -> [(frames: [String], bytes: Int)] {
        var bytes: [[String]: Int] = [:]
        for line in stacks.split(separator: "\n") {
            guard let blank = line.lastIndex(of: " "), let held = Int(line[line.index(after: blank)...]) else {
                continue
            }
            var ours: [String] = []
            for frame in line[..<blank].split(separator: ";").reversed() where ours.count < 2 {
                let name = String(frame.prefix { $0 != "<" && $0 != "[" })
                if isOurs(name), ours.last != name { ours.append(name) }
            }
            if !ours.isEmpty { bytes[ours, default: 0] += held }
        }
        return bytes.filter { $0.value > 0 }.map { (frames: $0.key, bytes: $0.value) }
            .sorted { ($1.bytes, $0.frames.joined()) < ($0.bytes, $1.frames.joined()) }
    }

    /// Whether a mangled name is that of a function of a module that is not part of Swift: those have one letter.
    private static func isOurs(_ name: String) -> Bool {
        guard let match = name.prefixMatch(of: /\$s(?<length>[0-9]+)(?<rest>[A-Za-z_].*)/),
            let length = Int(match.length)
        else { return false }
        let module = match.rest.prefix(length)
        return !module.hasPrefix("Foundation") && !["Dispatch", "Synchronization", "Glibc"].contains(module)
    }

    /// What names read like; those stay as they are that nothing can make readable.
    private func demangled(_ names: [String]) async -> [String: String] {
        guard !names.isEmpty else { return [:] }
        let child = ChildProcess(
            program: "swift-demangle", arguments: ["--compact", "--simplified"] + names, interruption: interruption)
        guard let end = try? await child.run(), end.hasSucceeded else { return [:] }
        let lines = end.out.split(separator: "\n").map(String.init)
        guard lines.count == names.count else { return [:] }
        return Dictionary(zip(names, lines), uniquingKeysWith: { first, _ in first })
    }
}
