import Caching
import Dedup
import DedupTesting
import Testing

/// Work by name: one call, and several keys at once.
@Suite(.timeLimit(.minutes(1))) struct OnceTests {
    let time = ManualTimeSource()
    let dedup: Deduplicator
    let calls = Cell<[[Int]]>([])

    init() { dedup = Deduplicator(time: time) }

    // MARK: - One

    @Test func workIsDoneOnceForEachNameInputAndScope() async throws {
        let runs = Cell(0)
        func once(_ name: String, _ id: Int, scope: String? = nil) async throws -> Int {
            try await dedup.once(name, id, ttl: .fixed(.seconds(60)), scope: scope) {
                runs.withLock { runs in
                    runs += 1
                    return runs
                }
            }
        }
        #expect(try await once("user", 1) == 1)
        #expect(try await once("user", 1) == 1)
        #expect(try await once("user", 2) == 2)
        #expect(try await once("order", 1) == 3)
        #expect(try await once("user", 1, scope: "tenant") == 4)
        time.advance(by: .seconds(60))
        #expect(try await once("user", 1) == 5)
    }

    @Test func anyNumberOfPartsOfAnyTypeMakesTheInput() async throws {
        #expect(try await dedup.once("none") { 0 } == 0)
        #expect(try await dedup.once("many", 1, "a", [true], ["k": 2.5]) { 4 } == 4)
        #expect(try await dedup.once("many", 1, "a", [true], ["k": 2.5]) { -1 } == 4)
        #expect(try await dedup.once("many", 1, "a", [true], ["k": 2.6]) { 5 } == 5)
        #expect(try await dedup.once("many", "1", "a", [true], ["k": 2.5]) { 6 } == 6)
    }

    @Test func aResultOfOnceIsFoundByItsFingerprint() async throws {
        _ = try await dedup.once("user", 1, "x", scope: "s") { "Ada" }
        let fingerprint = try dedup.fingerprint(of: "user", 1, "x", scope: "s")
        #expect(try dedup.cached(fingerprint, as: String.self)?.value == "Ada")
        try await dedup.flush()
        #expect(try await dedup.records.find(fingerprint, step: "user")?.executions == 1)
        #expect(try dedup.invalidate(once: "user", 1, "x", scope: "s"))
        #expect(try dedup.cached(fingerprint, as: String.self) == nil)
    }

    @Test func aPolicyAndOptionsHold() async throws {
        let policy = ExecutionPolicy(timeToLive: .fixed(.seconds(5)), duplicates: .reject)
        let held = HeldStep()
        let leader = Task.immediate { [dedup] in try await dedup.once("a", 1, policy: policy) { try await held.run(1) }
        }
        let error = await #expect(throws: DedupError.self) { try await dedup.once("a", 1, policy: policy) { 2 } }
        #expect(error?.code == .rejected)
        held.gate.open()
        #expect(try await leader.value == 1)
        #expect(try await dedup.once("a", 1, policy: policy, call: CallOptions(refresh: true)) { 3 } == 3)
    }

    @Test func aPartWithoutACanonicalFormIsRefusedAndCounted() async throws {
        await #expect(throws: FingerprintError.self) { try await dedup.once("a", Double.nan) { 1 } }
        #expect(dedup.statistics.outcomes.refused == 1)
    }

    /// More names than are prepared are prepared each time, and nothing else differs.
    @Test func namesBeyondTheLimitWork() async throws {
        let dedup = try Deduplicator(configuration: DeduplicatorConfiguration(stepLimit: 2), time: time)
        for _ in 0..<2 {
            for name in 0..<5 { #expect(try await dedup.once("name \(name)") { name } == name) }
        }
        #expect(dedup.statistics.executions.started == 5)
    }

    // MARK: - Several

    /// Loads keys, notes what was asked for, and knows no multiple of ten.
    @Sendable private func load(_ keys: [Int]) -> [Int: String] {
        calls.withLock { $0.append(keys) }
        return Dictionary(uniqueKeysWithValues: keys.filter { $0 % 10 != 0 }.map { ($0, "value \($0)") })
    }

    @Test func oneExecutionProducesAllMissingKeys() async throws {
        _ = try await dedup.once("user", 2) { "value 2" }
        let values = try await dedup.once("user", keys: [1, 2, 3, 1], load)
        #expect(values == [1: "value 1", 2: "value 2", 3: "value 3"])
        #expect(try await dedup.once("user", keys: [3, 2, 1], load) == values)
        #expect(try await dedup.once("user", 3) { "never" } == "value 3", "It is the same work as one call.")
        #expect(calls.withLock { $0 } == [[1, 3]])
        await eventually { dedup.statistics.executions.succeeded == 3 }
    }

    @Test func nothingMissingRunsNothing() async throws {
        #expect(try await dedup.once("user", keys: [Int](), load) == [:])
        #expect(calls.withLock { $0 }.isEmpty)
    }

    @Test func aKeyWithoutAValueIsMissingAndNothingIsCachedForIt() async throws {
        let values = try await dedup.once("user", keys: [9, 10, 11], load)
        #expect(values == [9: "value 9", 11: "value 11"])
        _ = try await dedup.once("user", keys: [9, 10, 11], load)
        #expect(calls.withLock { $0 } == [[9, 10, 11], [10]])
    }

    @Test func aRequestThatJoinsAKeyWithoutAValueIsToldSo() async throws {
        let gate = Latch()
        let batch = Task.immediate { [dedup, self] in
            try await dedup.once("user", keys: [10]) { keys in
                try await gate.wait()
                return load(keys)
            }
        }
        try await gate.waitForWaiters(1)
        let joiner = Task.immediate { [dedup] in try await dedup.once("user", 10) { "own" } }
        gate.open()
        #expect(try await batch.value.isEmpty)
        #expect((await joiner.failure as? DedupError)?.code == .missingResult)
    }

    @Test func keysInProgressAreJoined() async throws {
        let held = HeldStep()
        let single = Task.immediate { [dedup] in try await dedup.once("user", 1) { try await held.run(1) } }
        let batch = Task.immediate { [dedup] in
            try await dedup.once("user", keys: [1, 2]) { keys in
                Dictionary(uniqueKeysWithValues: keys.map { ($0, -$0) })
            }
        }
        held.gate.open()
        #expect(try await batch.value == [1: 1, 2: -2])
        #expect(try await single.value == 1)
    }

    @Test func twoBatchesThatOverlapShareTheirKeys() async throws {
        let gate = Latch()
        func batch(_ keys: [Int]) -> Task<[Int: String], any Error> {
            Task.immediate { [dedup, self] in
                try await dedup.once("user", keys: keys) { keys in
                    try await gate.wait()
                    return load(keys)
                }
            }
        }
        let batches = [batch([1, 2, 3]), batch([3, 4, 1]), batch([4, 2])]
        gate.open()
        #expect(try await batches[0].value.count == 3)
        #expect(try await batches[1].value == [3: "value 3", 4: "value 4", 1: "value 1"])
        #expect(try await batches[2].value == [4: "value 4", 2: "value 2"])
        #expect(calls.withLock { $0.flatMap { $0 }.sorted() } == [1, 2, 3, 4])
    }

    @Test func anErrorOfTheBodyReachesEveryWaiterOfItsKeys() async throws {
        let gate = Latch()
        let batch = Task.immediate { [dedup] in
            try await dedup.once("user", keys: [1, 2]) { _ -> [Int: String] in
                try await gate.wait()
                throw Boom(number: 4)
            }
        }
        try await gate.waitForWaiters(1)
        let joiner = Task.immediate { [dedup] in try await dedup.once("user", 2) { "own" } }
        gate.open()
        #expect(await batch.failure as? Boom == Boom(number: 4))
        #expect(await joiner.failure as? Boom == Boom(number: 4))
        #expect(try await dedup.once("user", 1) { "afresh" } == "afresh")
    }

    @Test func theBodyIsCancelledWhenEveryRequestForItsKeysHasLeft() async throws {
        let held = HeldStep()
        let batch = Task.immediate { [dedup] in
            try await dedup.once("user", keys: [1, 2]) { keys in [1: try await held.run(1), 2: 2] }
        }
        let joiner = Task.immediate { [dedup] in try await dedup.once("user", 2) { -1 } }
        await eventually { held.runs == 1 }
        batch.cancel()
        #expect(await batch.failure is CancellationError)
        #expect(!held.cancelled.isOpen, "One key has a waiter left.")
        joiner.cancel()
        try await held.cancelled.wait()
        held.gate.open()
        await eventually { dedup.statistics.flights == 0 && dedup.statistics.executions.running == 0 }
    }

    @Test func aRefusedKeyGivesUpTheOthersButKeepsTheirWaiters() async throws {
        let held = HeldStep()
        let running = Task.immediate { [dedup] in try await dedup.once("user", 3) { try await held.run(3) } }
        let reject = CallOptions(duplicates: .reject)
        let error = await #expect(throws: DedupError.self) {
            try await dedup.once("user", keys: [1, 2, 3], call: reject) { _ in [:] as [Int: Int] }
        }
        #expect(error?.code == .rejected)
        #expect(try await dedup.once("user", 1) { 1 } == 1)
        held.gate.open()
        #expect(try await running.value == 3)
        await eventually { dedup.statistics.flights == 0 && dedup.statistics.executions.running == 0 }
    }

    @Test func aBodyThatAsksForOneOfItsOwnKeysIsTold() async throws {
        for asked in 1...2 {
            let error = await #expect(throws: DedupError.self) {
                try await dedup.once("user", keys: [1, 2]) { [dedup] keys in
                    _ = try await dedup.once("user", asked) { 0 }
                    return [1: 1, 2: 2]
                }
            }
            #expect(error?.code == .recursiveExecution)
        }
    }

    @Test func aKeyThatIsInvalidatedMeanwhileIsMadeAnew() async throws {
        let gate = Latch()
        let batch = Task.immediate { [dedup, self] in
            try await dedup.once("user", keys: [1, 2]) { keys in
                try await gate.wait()
                return load(keys)
            }
        }
        try await gate.waitForWaiters(1)
        #expect(try dedup.invalidate(once: "user", 1))
        #expect(try await dedup.once("user", 1) { "newer" } == "newer")
        gate.open()
        #expect(try await batch.value == [1: "value 1", 2: "value 2"])
        #expect(try await dedup.once("user", keys: [1, 2], load) == [1: "newer", 2: "value 2"])
    }

    // MARK: - Several, at their ends

    /// Asks for several keys with a body that is held, and notes for which keys that was called.
    private func ask(
        _ keys: [Int], _ held: HeldStep, policy: ExecutionPolicy = .standard, call: CallOptions = CallOptions()
    ) -> Task<[Int: String], any Error> {
        Task.immediate { [dedup, self] in
            try await dedup.once("user", keys: keys, policy: policy, call: call) { keys in
                _ = try await held.run(0)
                return load(keys)
            }
        }
    }

    @Test(arguments: [nil, Duration.seconds(5)])
    func keysThatAreGivenUpBeforeTheyBeganAreNotWorkedOn(deadline: Duration?) async throws {
        let held = HeldStep()
        let running = Task.immediate { [dedup] in try await dedup.once("user", 3) { try await held.run(3) } }
        // A caller inside a step does not begin its executions itself, nor does one with a deadline.
        let error = try await dedup.once("outer") { [dedup, self] in
            await #expect(throws: DedupError.self) {
                try await dedup.once(
                    "user", keys: [1, 2, 3], call: CallOptions(duplicates: .reject, deadline: deadline), load)
            }
        }
        #expect(error?.code == .rejected)
        held.gate.open()
        #expect(try await running.value == 3)
        await eventually { dedup.statistics.flights == 0 && dedup.statistics.executions.running == 0 }
        #expect(await dedup.shutdown(grace: .seconds(1)))
        #expect(calls.withLock { $0 }.isEmpty)
    }

    /// Abandoned executions of such a policy are completed, but this one has not begun.
    @Test func aSideEffectIsNotBegunForARefusedCall() async throws {
        let held = HeldStep()
        let running = Task.immediate { [dedup] in try await dedup.once("user", 3) { "\(try await held.run(3))" } }
        let policy = ExecutionPolicy.sideEffect(timeToLive: nil)
        let reject = CallOptions(duplicates: .reject)
        await #expect(throws: DedupError.self) {
            try await dedup.once("user", keys: [1, 2, 3], policy: policy, call: reject, load)
        }
        held.gate.open()
        _ = try await running.value
        await eventually { dedup.statistics.executions.running == 0 }
        #expect(await dedup.shutdown(grace: .seconds(1)))
        #expect(calls.withLock { $0 }.isEmpty)
    }

    @Test func anExecutionOfAKeyThatIsGivenUpLastsAsLongAsTheBody() async throws {
        let held = HeldStep()
        let batch = ask([1, 2], held)
        await eventually { held.runs == 1 }
        batch.cancel()
        #expect(await batch.failure is CancellationError)
        try await held.cancelled.wait()
        #expect(dedup.statistics.executions.running == 2)
        let newcomer = Task.immediate { [dedup, self] in
            try await dedup.once("user", 1) {
                #expect(calls.withLock { $0 } == [[1, 2]], "The body has not ended.")
                return "newer"
            }
        }
        held.gate.open()
        #expect(try await newcomer.value == "newer")
        await eventually { dedup.statistics.executions.running == 0 }
        #expect(dedup.statistics.executions.superseded == 2)
    }

    @Test func everyKeyHasOneOutcome() async throws {
        _ = try await dedup.once("user", 1) { "value 1" }
        _ = try await dedup.once("user", keys: [1, 2, 10], load)
        var outcomes = dedup.statistics.outcomes
        #expect(dedup.statistics.requests == 4 && dedup.statistics.hits == 1 && outcomes.executed == 3)
        await eventually { dedup.statistics.executions.succeeded == 3 }
        #expect(dedup.statistics.executions.failed == 0)

        await #expect(throws: Boom.self) {
            try await dedup.once("user", keys: [3, 4, 5, 6]) { _ -> [Int: String] in throw Boom() }
        }
        outcomes = dedup.statistics.outcomes
        #expect(outcomes.failed == 1 && outcomes.cancelled == 3)
        #expect(dedup.statistics.requests == 8)

        let held = HeldStep()
        let running = Task.immediate { [dedup] in try await dedup.once("user", 9) { "\(try await held.run(9))" } }
        let reject = CallOptions(duplicates: .reject)
        _ = await #expect(throws: DedupError.self) {
            try await dedup.once("user", keys: [7, 9, 8], call: reject, load)
        }
        outcomes = dedup.statistics.outcomes
        #expect(outcomes.rejected == 1 && outcomes.cancelled == 5)
        held.gate.open()
        _ = try await running.value
    }

    @Test func everyKeyHasOneOutcomeWhereOneHasNoCanonicalForm() async throws {
        _ = try await dedup.once("number", 1.0) { 1 }
        await #expect(throws: FingerprintError.self) {
            try await dedup.once("number", keys: [1.0, 2.0, .nan, 3.0]) { _ in [:] as [Double: Int] }
        }
        let outcomes = dedup.statistics.outcomes
        #expect(dedup.statistics.hits == 1 && outcomes.refused == 1 && outcomes.cancelled == 2)
    }

    @Test func everyKeyHasOneOutcomeWhereOneHasToBeClaimedAgain() async throws {
        let held = HeldStep()
        let abandoned = ask([1], held)
        await eventually { held.runs == 1 }
        abandoned.cancel()
        #expect(await abandoned.failure is CancellationError)
        let before = dedup.statistics.requests
        await #expect(throws: Boom.self) {
            try await dedup.once("user", keys: [1, 2]) { _ -> [Int: String] in throw Boom() }
        }
        #expect(dedup.statistics.outcomes.failed == 1 && dedup.statistics.requests == before + 2)
        held.gate.open()
        await eventually { dedup.statistics.flights == 0 }
    }

    @Test func aKeyWithoutAValueIsNotKeptWhateverTheCallSays() async throws {
        let call = CallOptions(timeToLive: .forever)
        for _ in 0..<2 { #expect(try await dedup.once("user", keys: [10], call: call, load).isEmpty) }
        #expect(calls.withLock { $0 } == [[10], [10]])
        #expect(dedup.cachedResults == 0)
    }

    @Test func aRefreshThatFindsNoValueRemovesTheOlderOne() async throws {
        _ = try await dedup.once("user", 10) { "old" }
        #expect(try await dedup.once("user", keys: [10], call: CallOptions(refresh: true), load).isEmpty)
        #expect(dedup.cachedResults == 0)
    }

    @Test func aPolicyHoldsForEachKey() async throws {
        let policy = ExecutionPolicy.sideEffect(timeToLive: nil)
        for _ in 0..<2 { _ = try await dedup.once("user", keys: [1], policy: policy, load) }
        #expect(calls.withLock { $0 } == [[1], [1]])
    }

    @Test func keysThatHaveToBeClaimedAgainAreMadeInOneMoreCall() async throws {
        let held = HeldStep()
        let abandoned = ask([1, 2, 3], held)
        await eventually { held.runs == 1 }
        abandoned.cancel()
        try await held.cancelled.wait()
        let batch = Task.immediate { [dedup, self] in try await dedup.once("user", keys: [1, 2, 3, 4], load) }
        await eventually { calls.withLock { $0 } == [[4]] }
        held.gate.open()
        #expect(try await batch.value.count == 4)
        #expect(calls.withLock { $0 } == [[4], [1, 2, 3], [1, 2, 3]])
    }

    @Test func aDeadlineHoldsForTheWholeCall() async throws {
        let held = HeldStep()
        let abandoned = ask([1], held)
        await eventually { held.runs == 1 }
        abandoned.cancel()
        try await held.cancelled.wait()
        let batch = ask([1, 2], held, call: CallOptions(deadline: .seconds(10)))
        await eventually { held.runs == 2 }
        time.advance(by: .seconds(10))
        #expect((await batch.failure as? DedupError)?.code == .deadlineExceeded)
        held.gate.open()
        await eventually { dedup.statistics.flights == 0 && dedup.statistics.executions.running == 0 }
    }
}
