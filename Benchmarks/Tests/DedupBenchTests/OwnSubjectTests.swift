import DedupBenchCLI
import DedupBenchKit
import Foundation
import LoadGeneration
import Synchronization
import Testing

/// A subject that an executable brings along is driven, judged and listed as those that come with the program.
@Suite(.timeLimit(.minutes(10))) struct OwnSubjectTests {
    private static let scenario = """
        schema_version: 1
        name: own
        system: {cache: {capacity: 30, ttl: forever}}
        workload:
          keys: {distribution: burst, count: 40, skew: 0, burst: 4}
          operation: {latency: 1ms, value_size: 40B}
        phases: [{name: herds, model: closed, clients: 4, operations: 320}]
        gates: [dedup.prevented == 100%]
        """

    private func run(_ fault: ByteTable.Fault, _ promises: Promises = Promises()) async throws -> Bench.Result {
        let bench = try Bench()
        defer { bench.remove() }
        let blueprint = SubjectBlueprint(name: "own", summary: "bytes in a table", promises: promises) {
            ByteTable($0, fault)
        }
        return await bench.run(
            ["run", try bench.write(Self.scenario), "--subject", "own", "--out", bench.results],
            subjects: try SubjectCatalog(adding: [blueprint]))
    }

    @Test func oneThatKeepsItsPromisesPasses() async throws {
        let result = try await run(.none)
        #expect(result.code == 0, "\(result.out)\(result.error)")
    }

    @Test(arguments: [
        (ByteTable.Fault.executesTwice, "overlap"), (.damagesBytes, "corrupt_value"),
        (.forgets, "unjustified_execution"),
    ])
    func oneThatBreaksThemIsRefuted(_ fault: ByteTable.Fault, _ violation: String) async throws {
        let result = try await run(fault)
        #expect(result.code == 2 && result.out.contains(violation), "\(result.out)\(result.error)")
    }

    /// What forgets results is excused where it promises no more than room for the scenario's 30 entries, and 40 are asked for.
    @Test(arguments: [(.unreported, 0), (.reported, 2), (.never, 2)] as [(Promises.Eviction, Int32)])
    func whatItPromisesDecidesWhatItIsHeldAgainst(_ eviction: Promises.Eviction, _ code: Int32) async throws {
        let result = try await run(.forgetsWhenFull, Promises(eviction: eviction))
        #expect(result.code == code, "\(result.out)\(result.error)")
    }

    @Test func itIsListedAndANameThatIsTakenIsRefused() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let named = { (name: String) in SubjectBlueprint(name: name, summary: "s") { ByteTable($0, .none) } }
        let result = await bench.run(["list", "subjects"], subjects: try SubjectCatalog(adding: [named("own")]))
        #expect(result.code == 0 && result.out.contains("\nown"))
        for (names, remedy) in [
            (["dedup"], "there is one of that name"), (["a", "a"], "there is one of that name"),
            ([""], "small letters"), (["Own"], "small letters"), (["a b"], "small letters"),
        ] {
            let error = #expect(throws: Failure.self) { try SubjectCatalog(adding: names.map(named)) }
            #expect(error?.exitCode == 64 && error?.message.contains(remedy) == true)
        }
    }

    /// What a subject cannot do is found before anything is driven.
    @Test func aVerbThatASubjectDoesNotKnowIsRefused() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let scenario = Self.scenario.replacingOccurrences(
            of: "phases:", with: "  verbs: {invalidate: 1%, cancel: 1%}\nphases:")
        let run = { (subject: String) in
            // The library has tasks of its own, which simulated time does not wait for.
            await bench.run(
                ["run", try bench.write(scenario), "--subject", subject, "--out", bench.results], on: RealMachine())
        }
        let refused = try await run("dictionary")
        #expect(
            refused.code == 65 && refused.error.contains("asks for cancel, which the subject `dictionary` cannot do"))
        let driven = try await run("dedup")
        #expect(driven.code == 0, "\(driven.out)\(driven.error)")
    }

    @Test func whatMakingItThrowsIsSaid() async throws {
        struct NoConnection: Error, CustomStringConvertible { let description = "no connection to 127.0.0.1:6379" }
        let bench = try Bench()
        defer { bench.remove() }
        let blueprint = SubjectBlueprint(name: "own", summary: "cannot be made") { _ in throw NoConnection() }
        let result = await bench.run(
            ["run", try bench.write(Self.scenario), "--subject", "own", "--out", bench.results],
            subjects: try SubjectCatalog(adding: [blueprint]))
        #expect(result.code == 1 && result.error.contains("own cannot be driven: no connection to 127.0.0.1:6379"))
    }
}

/// A table of values as bytes, with one flight a key: written against the public protocol alone.
final class ByteTable: Subject {
    enum Fault: Sendable { case none, executesTwice, damagesBytes, forgets, forgetsWhenFull }

    private enum Slot {
        case running([CheckedContinuation<[UInt8]?, Never>])
        case done([UInt8])
    }

    private let fault: Fault
    private let capacity: Int
    private let slots = Mutex<[UInt32: Slot]>([:])

    init(_ settings: SubjectSettings, _ fault: Fault) {
        self.fault = fault
        capacity = settings.capacity ?? .max
    }

    func call(_ work: Work) async -> Answer {
        if let bytes = await found(work.key) { return .value(WorkValue(bytes: bytes), nil) }
        do {
            let value = try await work.run()
            finish(work.key, value.bytes)
            return .value(value, nil)
        } catch {
            finish(work.key, nil)
            return .failed(error)
        }
    }

    /// The bytes of a key, once they are there; nil for the caller that is to make them.
    private func found(_ key: UInt32) async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            let known: [UInt8]?? = slots.withLock { slots in
                switch slots[key] {
                case .done(let bytes): return .some(bytes)
                case .running(let waiting) where fault != .executesTwice:
                    slots[key] = .running(waiting + [continuation])
                    return nil
                default:
                    slots[key] = .running([])
                    return .some(nil)
                }
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func finish(_ key: UInt32, _ bytes: [UInt8]?) {
        var stored = bytes
        if fault == .damagesBytes, let last = stored?.indices.last { stored?[last] ^= 1 }
        let waiting = slots.withLock { slots in
            let isFull = fault == .forgetsWhenFull && slots.count > capacity
            defer { slots[key] = fault == .forgets || isFull ? nil : stored.map { .done($0) } }
            if case .running(let waiting) = slots[key] { return waiting }
            return []
        }
        for continuation in waiting { continuation.resume(returning: stored) }
    }
}
