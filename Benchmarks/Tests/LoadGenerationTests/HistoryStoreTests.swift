import DedupBenchKit
import DedupTesting
import DedupVerification
import Evidence
import Foundation
import Judging
import LoadGeneration
import Measurement
import Simulation
import Synchronization
import Testing
import Workloads

/// Histories that are too large to be held.
@Suite(.timeLimit(.minutes(10))) final class HistoryStoreTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "history-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Stretches of random records, whose executions are numbered on, with gaps where some found no room.
    private static func stretches(_ seed: UInt64) -> [History] {
        var random = DedupTesting.SplitMix64(seed: seed)
        var executions: UInt64 = 0
        let number = { (range: ClosedRange<UInt32>) in UInt32.random(in: range, using: &random) }
        return (0..<5).map { stretch in
            var history = History()
            for _ in 0..<number(0...400) {
                executions += number(0...9) == 0 ? UInt64(number(2...4)) : 1
                let begin = UInt64(number(1...1_000_000))
                history.executions.append(
                    Execution(
                        id: executions, key: number(0...2_000), begin: begin, end: begin + 5, ended: number(0...9) > 0,
                        succeeded: number(0...9) > 0))
            }
            for request in 0..<number(0...3_000) {
                history.calls.append(
                    Call(
                        request: request, key: number(0...2_000), start: UInt64(number(1...1_000_000)),
                        end: UInt64(number(0...1_000_000)), outcome: .hit,
                        execution: UInt64(number(0...UInt32(executions) + 3)), phase: UInt16(stretch)))
            }
            for _ in 0..<number(0...300) {
                history.excuses.append(
                    Excuse(
                        .evicted, key: number(0...2_000), at: UInt64(number(1...1_000_000)),
                        execution: UInt64(number(0...UInt32(executions)))))
            }
            return history
        }
    }

    @Test(arguments: UInt64(1)...6) func aSpoolGivesBackWhatItGot(seed: UInt64) throws {
        let spool = try HistorySpool(in: folder)
        var stretches = Self.stretches(seed)
        stretches[2].droppedExcuses = 3
        for stretch in stretches { try spool.append(stretch) }
        #expect(spool.count == stretches.count)
        for (number, stretch) in stretches.enumerated() {
            let taken = try spool.take(number)
            #expect(taken.calls == stretch.calls && taken.executions == stretch.executions, "seed \(seed)")
            #expect(taken.excuses == stretch.excuses && taken.isComplete == stretch.isComplete, "seed \(seed)")
        }
        let again = try spool.take(0)
        #expect(again.calls.isEmpty, "its file is gone")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty, "its files have no names")
    }

    @Test(arguments: UInt64(1)...6) func eachPartHasAllThereIsOfItsKeys(seed: UInt64) throws {
        let store = try HistoryStore(in: folder)
        let stretches = Self.stretches(seed)
        for stretch in stretches { try store.append(stretch) }
        let (calls, executions) = (stretches.flatMap(\.calls), stretches.flatMap(\.executions))
        let keys = Dictionary(uniqueKeysWithValues: executions.map { ($0.id, $0.key) })
        var excuses = stretches.flatMap(\.excuses).map { (key: keys[$0.execution] ?? $0.key, excuse: $0) }
        var seen = (calls: 0, executions: 0, foreign: 0)
        for number in 0..<HistoryStore.parts {
            let part = try store.part(number)
            let own = Set(part.history.calls.map(\.key) + part.history.executions.map(\.key))
            #expect(part.history.calls == calls.filter { own.contains($0.key) }, "seed \(seed)")
            #expect(part.history.executions == executions.filter { own.contains($0.key) }, "seed \(seed)")
            // Of each execution that a call names as much is known as it takes to say that it is of another key.
            let named = Set(part.history.calls.map(\.execution))
            let foreign = executions.filter { named.contains($0.id) && !own.contains($0.key) }
            #expect(part.foreign.map(\.id) == foreign.map(\.id) && part.foreign.map(\.key) == foreign.map(\.key))
            for excuse in part.history.excuses {
                let place = try #require(excuses.firstIndex { $0.excuse == excuse }, "seed \(seed): twice, or never")
                #expect(own.isEmpty || own.contains(excuses[place].key) || !keys.values.contains(excuses[place].key))
                excuses.remove(at: place)
            }
            seen = (
                seen.calls + part.history.calls.count, seen.executions + part.history.executions.count,
                seen.foreign + part.foreign.count
            )
        }
        #expect(seen.calls == calls.count && store.calls == calls.count && seen.executions == executions.count)
        #expect(excuses.isEmpty && seen.foreign > 0, "seed \(seed)")
        try Self.expectEnds(of: executions, in: store, seed)
        try store.finish()
        try Self.expectEnds(of: executions, in: store, seed)
    }

    /// For whatever key an execution is asked for: the newest one of its own is in memory, and the others are in the file.
    private static func expectEnds(of executions: [Execution], in store: HistoryStore, _ seed: UInt64) throws {
        let last = executions.last?.id ?? 0
        let missing = Set(1...max(1, last)).subtracting(executions.map(\.id))
        #expect(!missing.isEmpty, "seed \(seed)")
        let ends = executions.map { (id: $0.id, keys: [$0.key, $0.key + 1, .max], end: $0.ended ? $0.end : nil) }
        let none = ([0, last + 1] + missing).map { (id: $0, keys: [0, 7] as [UInt32], end: nil as UInt64?) }
        for (id, keys, end) in ends + none {
            for key in keys {
                let call = Call(request: 0, key: key, start: 1, end: 2, outcome: .hit, execution: id)
                try #require(try store.executionEnd(of: call) == end, "seed \(seed), execution \(id)")
            }
        }
    }

    /// Numbers that go on, from one, from nought, or from the time at which the subject began, take no memory each.
    @Test(arguments: [0, 1, 1_764_000_000_000_000, UInt64.max - 10_000])
    func numbersThatGoOnTakeNoMemory(first: UInt64) throws {
        var promises = Promises()
        promises.namesExecutionsByEpoch = true
        var translation = try HistoryTranslation(promises, in: folder)
        var known: [UInt64: UInt64] = [:]
        for var stretch in Self.stretches(3) {
            for index in stretch.executions.indices {
                // Neighbours may have begun in another order than they were numbered in.
                stretch.executions[index].epoch = first &+ (stretch.executions[index].id ^ 1)
                known[stretch.executions[index].epoch] = stretch.executions[index].id
            }
            guard let name = stretch.executions.last?.epoch else { continue }
            stretch.excuses = [Excuse(.evicted, key: .max, at: 1, execution: name)]
            let translated = try translation.translate(stretch)
            #expect(translated.excuses.map(\.execution) == [known[name]])
        }
        #expect(known.count > 500 && translation.strayNumbers <= 5, "one at each border of two stretches")
    }

    /// Excuses and rejections that name executions by the subject's own numbers, of this stretch or of any before it: numbers that go
    /// on out of order, some far away, some given twice, some lower than any of the stretches before.
    @Test(arguments: UInt64(1)...6, [true, false])
    func whatASubjectNamesIsFoundHoweverLongAgoItWas(seed: UInt64, byEpoch: Bool) throws {
        var random = DedupTesting.SplitMix64(seed: seed)
        var stretches = Self.stretches(seed)
        var numbers: [UInt64] = []
        for place in stretches.indices {
            for index in stretches[place].executions.indices {
                let id = stretches[place].executions[index].id
                let number = [id ^ 1, id + 3, 1 << 40 + id, 7, 2 * id].randomElement(using: &random) ?? id
                stretches[place].executions[index].epoch = number
                numbers.append(byEpoch ? number : id)
            }
            let name = { numbers.isEmpty ? 1 : numbers[Int(random.next() % UInt64(numbers.count))] }
            for index in stretches[place].excuses.indices where index % 3 > 0 {
                stretches[place].excuses[index].key = .max
                stretches[place].excuses[index].execution = index % 7 == 0 ? 1 << 50 : name()
            }
            for index in stretches[place].calls.indices where index % 5 == 0 {
                stretches[place].calls[index].outcome = .rejected
                stretches[place].calls[index].execution = name()
            }
        }
        var promises = Promises()
        promises.namesExecutionsByEpoch = byEpoch
        var filed = try HistoryTranslation(promises, in: folder)
        var held = try HistoryTranslation(promises)
        var (known, unknown): ([UInt64: Execution], Int) = ([:], 0)
        for stretch in stretches {
            for execution in stretch.executions {
                let number = byEpoch ? execution.epoch : execution.id
                known[number] = known[number] ?? execution
            }
            let translated = try filed.translate(stretch)
            let whole = try held.translate(stretch)
            #expect(translated.calls == whole.calls && translated.excuses == whole.excuses, "seed \(seed)")
            let excuses = stretch.excuses.compactMap { excuse in
                guard excuse.key == .max else { return excuse }
                return known[excuse.execution].map { execution in
                    Excuse(excuse.kind, key: execution.key, since: excuse.since, at: excuse.at, execution: execution.id)
                }
            }
            #expect(translated.excuses == excuses, "seed \(seed)")
            unknown += stretch.excuses.count - excuses.count
            for (call, original) in zip(translated.calls, stretch.calls) {
                let isNamed = byEpoch && original.outcome == .rejected
                try #require(call.execution == (isNamed ? known[original.execution]?.id : original.execution))
            }
        }
        #expect(unknown > 0, "seed \(seed)")
    }

    @Test func aFolderThatCannotBeWrittenToIsNamed() throws {
        let file = folder + "-file"
        #expect(FileManager.default.createFile(atPath: file, contents: nil))
        defer { try? FileManager.default.removeItem(atPath: file) }
        do throws(HistoryFileError) {
            _ = try HistorySpool(in: file + "/below")
            Issue.record("a file is no folder")
        } catch {
            #expect(error.description.contains(file + "/below") && error.description.contains("--out"))
        }
    }

    /// A run whose history is held, and the same one whose history goes through files every so many calls.
    private func run(stretch: Int?, seed: UInt64, executesAlways: Bool) async throws -> (SubjectRun, VerificationResult)
    {
        var random = DedupTesting.SplitMix64(seed: seed)
        let requests = (0..<3_000).map { _ in
            Request(key: UInt32.random(in: 0..<40, using: &random), latency: 5_000, valueSize: 16)
        }
        let machine = SimulatedMachine()
        let run = try await TestLoad.run(
            { _ in
                // It does not say how its answers came about: the harness tells, for executions of earlier stretches, too.
                let subject: any Subject =
                    executesAlways ? ExecutingSubject() : JoiningSubject(on: machine, tellsOutcome: false)
                return subject
            }, JoiningSubject.promises, requests: requests, clients: 1,
            configuration: LoadConfiguration(
                workers: 1, historyLimit: stretch ?? 4_000_000, historyFolder: stretch.map { _ in folder }),
            machine: machine)
        let checker = HistoryChecker(freshness: FreshnessRule(.unbounded), capacityBounded: false, duplicateMode: .join)
        guard let stored = run.stored else { return (run, checker.check(run.history, counters: run.counters)) }
        let result = try checker.check(parts: HistoryStore.parts, of: stored.facts, counters: run.counters) {
            try stored.part($0)
        }
        return (run, result)
    }

    @Test(arguments: [(UInt64(1), false, 1), (2, false, 250), (3, false, 2_999), (4, true, 250)])
    func aRunComesToTheSameWhetherItsHistoryIsHeldOrNot(seed: UInt64, executesAlways: Bool, stretch: Int) async throws {
        let (held, ofHeld) = try await run(stretch: nil, seed: seed, executesAlways: executesAlways)
        let (moved, ofMoved) = try await run(stretch: stretch, seed: seed, executesAlways: executesAlways)
        #expect(held.stored == nil && moved.stored != nil && moved.history.calls.isEmpty && moved.calls == 3_000)
        #expect(ofMoved.total == ofHeld.total && ofMoved.violationsByKind == ofHeld.violationsByKind)
        #expect(ofMoved.phases == ofHeld.phases && ofHeld.isComplete && ofMoved.isComplete)
        #expect((ofHeld.violationCount > 0) == executesAlways)
        let (one, other) = (try #require(held.phases.first), try #require(moved.phases.first))
        #expect(one.counts == other.counts && one.latencies.all(.service) == other.latencies.all(.service))
        #expect(one.latencies.all(.age) == other.latencies.all(.age) && one.popularity == other.popularity)
        #expect(one.intendedOperations == other.intendedOperations && one.ending == other.ending)
        #expect(one.audits.map(\.passed) == other.audits.map(\.passed))
        #expect(one.audits.first { $0.name == "keys" } == other.audits.first { $0.name == "keys" })
    }

    /// The disk takes two stretches of 64 calls each, of a phase that a number of calls ends and of one that time does; a third one is
    /// held in memory.
    @Test(arguments: [1_000, nil] as [Int?])
    func aDiskThatIsFullEndsAPhaseAndLosesNothing(operations: Int?) async throws {
        let asked = Atomic(0)
        let machine = SimulatedMachine(freeSpace: {
            asked.wrappingAdd(1, ordering: .relaxed).newValue <= 2 ? .max : 1 << 20
        })
        let run = try await TestLoad.run(
            { _ in ExecutingSubject() }, ExecutingSubject.promises,
            requests: TestLoad.requests(1_000, keys: 10, latency: .milliseconds(10)), clients: 4,
            configuration: LoadConfiguration(workers: 2, historyLimit: 12, historyFolder: folder), machine: machine
        ) { phase in
            phase.operations = operations
            phase.duration = operations == nil ? .seconds(10) : nil
        }
        let phase = run.phases[0]
        #expect(phase.ending == .diskFull && run.phases.count == 1 && run.hang == nil)
        #expect((180...200).contains(phase.counts.operations) && run.calls == phase.counts.operations)
        #expect(phase.audits.allSatisfy { $0.passed }, "\(phase.audits)")
        let stored = try #require(run.stored)
        let calls = try (0..<HistoryStore.parts).flatMap { try stored.part($0).history.calls }
        #expect(calls.count == run.calls && calls.allSatisfy(\.hasReturned))
    }

    /// The first phase ends with half a stretch in memory, of one client and so of one lane; the disk is full from then on. The next phase
    /// does not record beside that.
    @Test func aPhaseAfterOneThatCouldNotBeMovedLosesNothing() async throws {
        var scenario = TestLoad.closed(TestLoad.requests(40, keys: 10), clients: 1)
        var (second, third) = (scenario.phases[0], scenario.phases[0])
        (second.name, second.clients, second.operations) = ("second", 8, 120)
        (third.name, third.clients, third.operations) = ("third", 8, 400)
        scenario.phases += [second, third]
        let streams = [40, 120, 400].map { RequestStream(TestLoad.requests($0, keys: 10), limit: $0) }
        let runner = try LoadRunner(
            scenario, streams: streams,
            configuration: LoadConfiguration(workers: 2, historyLimit: 50, historyFolder: folder),
            machine: SimulatedMachine(freeSpace: { 1 << 20 }))
        let run = try await runner.run(ExecutingSubject.blueprint())
        #expect(run.phases.map(\.ending) == [.completed, .diskFull, .diskFull], "\(run.phases.map(\.ending))")
        #expect(run.phases.map(\.counts.operations) == [40, 0, 0] && run.calls == 40)
        #expect(run.phases[0].audits.allSatisfy { $0.passed }, "\(run.phases[0].audits)")
    }

    /// As much as two files and the stretch twice, and 64 bytes an execution.
    @Test func aSpoolKnowsWhatItTakesToCheckIt() throws {
        let spool = try HistorySpool(in: folder)
        let least = { 2 * ((256 << 20) + 1_000 * 200) + (1_000 + $0) * 64 }
        #expect(spool.hasRoom(for: 1_000, of: least(0)) && !spool.hasRoom(for: 1_000, of: least(0) - 1))
        let stretch = Self.stretches(1)[1]
        try spool.append(stretch)
        let executions = stretch.executions.count
        #expect(
            spool.hasRoom(for: 1_000, of: least(executions)) && !spool.hasRoom(for: 1_000, of: least(executions) - 1))
        #expect(RealMachine().freeSpace(in: folder) ?? 0 > 0 && RealMachine().freeSpace(in: folder + "/nowhere") == nil)
    }

    @Test func aPhaseBoundByTimeGoesOnWhenTheHistoryIsFull() async throws {
        let run = try await TestLoad.run(
            { _ in ExecutingSubject() }, ExecutingSubject.promises,
            requests: TestLoad.requests(100, keys: 10, latency: .milliseconds(10)), clients: 4,
            configuration: LoadConfiguration(workers: 2, historyLimit: 12, historyFolder: folder)
        ) { phase in
            phase.operations = nil
            phase.duration = .milliseconds(100)
        }
        #expect(run.phases[0].ending == .completed && run.phases[0].counts.operations == 40 && run.calls == 40)
        #expect(run.phases[0].audits.allSatisfy { $0.passed }, "\(run.phases[0].audits)")
    }

    /// Arrivals of a Poisson process that are drawn so many at a time, or whose history is moved after so many, or both.
    @Test(arguments: [(62, nil), (100_000, 150), (62, 150), (200, 70)] as [(Int, Int?)])
    func aLongOpenLoopRestsAndItsClockWithIt(piece: Int, historyLimit: Int?) async throws {
        var scenario = TestLoad.closed(TestLoad.requests(1, keys: 100), clients: 8) { phase in
            (phase.model, phase.rate, phase.operations) = (.poisson, ArrivalRate(perSecond: 2_000), 1_000)
        }
        scenario.workload.keys = KeySettings()
        scenario.workload.keys.count = 100
        scenario.workload.operation.latency = .constant(.milliseconds(1))
        let phase = scenario.phases[0]
        let runner = try LoadRunner(
            scenario, streams: [try StreamBuilder(scenario, pieceLimit: piece).stream(for: phase)],
            configuration: LoadConfiguration(
                workers: 2, historyLimit: historyLimit ?? 4_000_000, historyFolder: historyLimit.map { _ in folder }),
            machine: SimulatedMachine())
        let run = try await runner.run(ExecutingSubject.blueprint())
        let measured = try #require(run.phases.first)
        #expect((run.stored != nil) == (historyLimit != nil))
        let stored = try run.stored.map { store in
            try (0..<HistoryStore.parts).flatMap { try store.part($0).history.calls }
        }
        let calls = (stored ?? run.history.calls).sorted { $0.request < $1.request }
        #expect(calls.map { Int($0.request) } == Array(0..<1_000) && measured.ending == .completed)
        #expect(measured.audits.allSatisfy { $0.passed }, "\(measured.audits)")
        #expect(measured.latencies.all(.lag).maximum == 0 && measured.latencies.all(.lag).count == 1_000)
        // The same requests as in one piece, some of them later by what the rests before them took.
        let whole = try StreamBuilder(scenario).stream(for: phase)
        #expect(calls.allSatisfy { $0.key == whole[Int($0.request)].key && $0.start >= $0.intended })
        let shifts = calls.map { $0.intended - whole[Int($0.request)].intended - measured.start }
        let rests = zip(shifts, shifts.dropFirst()).count { $0 != $1 }
        #expect(shifts == shifts.sorted() && shifts[0] == 0 && shifts.last == measured.paused, "\(shifts)")
        // A stretch has 144 requests, or 128, and a piece as many as it says.
        let shortest = min(piece, historyLimit.map { $0 == 150 ? 144 : 128 } ?? .max)
        #expect((1_000 / shortest - 1...1_000 / shortest * 2).contains(rests), "\(rests)")
    }

    /// What has piled up is made before a rest, but the clock goes on meanwhile.
    @Test func theBacklogOfAnOpenLoopIsAsLongAfterARestAsBefore() async throws {
        // Two clients, executions of 10 ms, a request a millisecond: a fifth of what is asked for.
        var requests = TestLoad.requests(100, keys: 100, latency: .milliseconds(10))
        for index in requests.indices { requests[index].intended = UInt64(index) * 1_000_000 }
        let run = try await TestLoad.run(
            { _ in ExecutingSubject() }, ExecutingSubject.promises, requests: requests, clients: 2,
            configuration: LoadConfiguration(workers: 1, historyLimit: 50, historyFolder: folder)
        ) { $0.isReplayed() }
        let phase = run.phases[0]
        #expect(phase.counts.operations == 100 && phase.ending == .completed)
        let backlog = try #require(phase.audits.first { $0.name == "backlog" })
        // The last one is asked for after 99 ms, and waits for 49 executions of each client, of which one falls into the rest.
        let waited = try #require(phase.latencies.all(.wait).maximum)
        #expect(!backlog.passed && backlog.blame != .generator, "\(backlog)")
        #expect((375_000_000...395_000_000).contains(waited) && phase.latencies.all(.lag).maximum == 0, "\(waited)")
        #expect(phase.paused ?? 0 > 0 && phase.load.subjectShareOfWaiting ?? 0 > 0.5)
    }
}
