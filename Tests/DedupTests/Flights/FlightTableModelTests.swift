import Caching
import Dedup
import DedupTesting
import Testing

/// Random events against ``FlightModel``: after each event both must agree, and at the end no waiter may be missing.
@Suite struct FlightTableModelTests {
    @Test(arguments: (1...40).map { UInt64($0) })
    func behavesAsTheModel(seed: UInt64) {
        var run = FlightTableRun(seed: seed)
        for _ in 0..<1_500 {
            guard run.step() else { return }
        }
        run.finish()
    }
}

private struct FlightTableRun: ~Copyable {
    typealias Table = FlightTable<Int, Int, String>

    let seed: UInt64
    let task = Task<Void, Never> {}
    var random: SplitMix64
    var table: Table
    var model = FlightModel()
    var timedOut: Set<FlightKey> = []
    /// Flights whose result is yet to be released; all their waiters may have left, and their places be taken by others.
    var unreleased: [FlightKey] = []
    var epochs: UInt64 = 0
    var alarms: UInt64 = 0
    var continuations = 0
    var suspended: Set<Int> = []
    var released: [Int] = []
    var differs = false
    let (flightLimit, waiterLimit): (Int, Int)

    init(seed: UInt64) {
        self.seed = seed
        random = SplitMix64(seed: seed)
        flightLimit = .random(in: 2...8, using: &random)
        waiterLimit = .random(in: 1...6, using: &random)
        table = Table(flightLimit: flightLimit, waiterLimit: waiterLimit)
    }

    private mutating func expect(_ condition: Bool, _ what: String, line: Int = #line) {
        #expect(condition, "\(what), seed \(seed), line \(line)")
        if !condition { differs = true }
    }

    /// One random event. False once a difference was found, because everything after it would differ too.
    mutating func step() -> Bool {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<28: claim()
        case 28..<50: suspend()
        case 50..<54: start()
        case 54..<70: leave()
        case 70..<79: finish(model.flights.filter(\.isRunning).randomElement(using: &random))
        case 79..<84: release((model.flights.map(\.key) + unreleased).randomElement(using: &random))
        case 84..<89: timeOut()
        case 89..<94: endGrace()
        case 94..<97: detach(.number(.random(in: 0..<4, using: &random)))
        case 97: detachAll()
        default: if Int.random(in: 0..<40, using: &random) == 0 { giveUp() }
        }
        forgetEndedFlights()
        expect(table.count == model.count, "count")
        for number in 0..<4 as Range<UInt64> {
            expect(table.hasFlight(for: .number(number)) == (model.current(.number(number)) != nil), "current")
        }
        return !differs
    }

    private mutating func forgetEndedFlights() {
        let keys = Set(model.waiters.map(\.key))
        model.flights.removeAll { !$0.isRunning && !keys.contains($0.key) }
    }

    // MARK: - Events

    private mutating func rules() -> FlightRules {
        FlightRules(
            abandonment: [.complete, .cancel(after: .zero), .cancel(after: .seconds(1))].randomElement(using: &random)
                ?? .complete,
            overlap: Bool.random(using: &random) ? .never : .allowed,
            timeout: [.none, .hold(after: .seconds(9)), .supersede(after: .seconds(9))].randomElement(using: &random)
                ?? .none)
    }

    private mutating func claim() {
        let fingerprint = Fingerprint.number(.random(in: 0..<4, using: &random))
        let duplicates: DuplicateMode = Int.random(in: 0..<8, using: &random) == 0 ? .reject : .join
        let rules = rules()
        let isNested = Bool.random(using: &random)
        let expected = expectedClaim(fingerprint, duplicates, isNested)
        let claim = table.claim(
            fingerprint, duplicates: duplicates, rules: rules, label: "\(fingerprint.words.0 % 2)", isNested: isNested,
            at: .zero
        ) { epochs + 1 }
        expect(name(claim) == expected, "claimed \(name(claim)) instead of \(expected)")
        switch claim {
        case .lead(let key, let waiter):
            epochs += 1
            model.flights.append(.init(key: key, rules: rules))
            join(key, waiter, isLeader: true)
        case .join(let key, let waiter):
            join(key, waiter)
            guard let index = model.index(of: key) else { return expect(false, "joined an unknown flight") }
            model.flights[index].grace = nil
        case .waitForEnd(let key, let waiter): join(key, waiter, isNewcomer: true)
        default: break
        }
    }

    private mutating func join(_ key: FlightKey, _ id: WaiterID, isNewcomer: Bool = false, isLeader: Bool = false) {
        continuations += 1
        model.waiters.append(
            .init(continuation: continuations, key: key, id: id, isNewcomer: isNewcomer, isLeader: isLeader))
    }

    private func expectedClaim(
        _ fingerprint: Fingerprint, _ duplicates: DuplicateMode, _ isNested: Bool
    ) -> String {
        if model.acceptance == .none || (model.acceptance == .nested && !isNested) { return "closed" }
        guard let index = model.current(fingerprint) else {
            return model.count < flightLimit ? "lead" : "tooManyFlights"
        }
        let flight = model.flights[index]
        if flight.isOverdue { return "overdue" }
        if duplicates == .reject { return "rejected" }
        if model.waiterCount(flight.key) >= waiterLimit { return "tooManyWaiters" }
        return flight.isCancelled ? "waitForEnd" : "join"
    }

    private func name(_ claim: Table.Claim) -> String {
        String("\(claim)".prefix { $0 != "(" })
    }

    private mutating func suspend() {
        guard let index = model.waiters.indices.filter({ !model.waiters[$0].isSuspended }).randomElement(using: &random)
        else { return }
        let waiter = model.waiters[index]
        guard let flight = model.index(of: waiter.key).map({ model.flights[$0] }) else { return }
        let passesBy = waiter.isNewcomer && (flight.isPassedBy || !flight.isRunning)
        switch table.suspend(waiter.key, waiter.id, waiter.continuation) {
        case .suspended:
            let waits = flight.isRunning ? !passesBy : flight.result != nil && !flight.isReleased && !waiter.isNewcomer
            expect(waits, "suspended in a flight that is gone")
            suspended.insert(waiter.continuation)
            model.waiters[index].isSuspended = true
        case .finished(let result):
            expect(!waiter.isNewcomer && flight.result == result && flight.isReleased, "finished")
            model.waiters.remove(at: index)
        case .claimAgain:
            expect(passesBy || flight.isGivenUp, "claim again")
            model.waiters.remove(at: index)
        case .left:
            expect(false, "a waiter was lost")
        }
    }

    /// The task of a flight is known; or it is not needed any more, and the leader takes the result.
    private mutating func start() {
        guard let index = model.waiters.indices.filter({ model.waiters[$0].isLeader }).randomElement(using: &random),
            let flight = model.index(of: model.waiters[index].key)
        else { return }
        let leader = model.waiters[index]
        let takes = model.flights[flight].isReleased && !leader.isSuspended
        let action = table.started(leader.key, leader: leader.id, task)
        expect(action.result == (takes ? model.flights[flight].result : nil), "took the result")
        // A flight whose leader has not left was not cancelled, unless everything was given up.
        expect(action.cancels == model.flights[flight].isGivenUp, "cancelled at once")
        if model.flights[flight].result == nil { model.flights[flight].hasTask = true }
        if takes { model.waiters.remove(at: index) }
    }

    private mutating func leave() {
        guard let position = model.waiters.indices.randomElement(using: &random) else { return }
        let waiter = model.waiters.remove(at: position)
        let hasBegun = Int.random(in: 0..<4, using: &random) > 0
        let action = table.leave(waiter.key, waiter.id, hasBegun: hasBegun)
        expect(action.resume == (waiter.isSuspended ? waiter.continuation : nil), "resumed on leaving")
        if let resumed = action.resume { released.append(resumed) }
        guard let index = model.index(of: waiter.key) else { return }
        let abandonment = model.waiterCount(waiter.key) == 0 ? model.abandon(index, hasBegun: hasBegun) : .none
        expect(action.abandonment == abandonment, "\(action.abandonment) instead of \(abandonment)")
        expect((action.task != nil) == (abandonment == .cancel && model.flights[index].hasTask), "task to cancel")
        let isUntaken = model.waiterCount(waiter.key) == 0 && !model.flights[index].isCancelled
        expect(action.untakenResult == (isUntaken ? model.flights[index].result : nil), "untaken result")
        if case .startGrace(_, let round) = abandonment {
            expect(action.staleAlarm == model.flights[index].alarm, "stale alarm")
            arm(index, round)
        } else {
            expect(action.staleAlarm == nil, "alarm taken back")
        }
        let again = table.leave(waiter.key, waiter.id)
        expect(again.resume == nil && again.abandonment == .none, "left twice")
    }

    /// Sets the alarm of a grace period, at once or after another event, as a busy thread would.
    private mutating func arm(_ index: Int, _ round: Int) {
        model.flights[index].alarm = nil
        let key = model.flights[index].key
        if Int.random(in: 0..<4, using: &random) == 0 { claim() }
        guard let index = model.index(of: key) else { return }
        alarms += 1
        let isNeeded = model.flights[index].isRunning && model.flights[index].grace == round
        expect(table.graceAlarmSet(key, round: round, alarms) == isNeeded, "armed")
        if isNeeded { model.flights[index].alarm = alarms }
    }

    private mutating func finish(_ flight: FlightModel.Flight?) {
        guard let flight, let index = model.index(of: flight.key) else { return }
        let isCurrent = flight.isCurrent && !flight.isCancelled
        expect(table.isCurrent(flight.key) == isCurrent, "current before the end")
        let joins = flight.isCancelled ? 0 : model.joins(flight.key)
        let label = table.label(of: flight.key)
        // Whether the leader, if it has not suspended, takes the result without the table.
        let mayTake = Bool.random(using: &random)
        let leader = model.waiters.firstIndex { $0.key == flight.key && $0.isLeader && !$0.isSuspended }
        let action = table.finish(flight.key, Int(flight.key.epoch), leaderTakes: mayTake)
        expect(action.leaderTakes == (mayTake && leader != nil && !flight.isCancelled), "taken by the leader")
        if action.leaderTakes, let leader { model.waiters.remove(at: leader) }
        expect(label != nil && action.label == label && table.label(of: flight.key) == nil, "label to destroy")
        let waiting = model.release(flight.key)
        model.flights[index].result = Int(flight.key.epoch)
        expect(action.isCurrent == isCurrent && action.joins == joins, "finished")
        expect(action.staleAlarm == flight.alarm, "alarm of a flight that has ended")
        expect(action.resume.sorted() == (flight.isCancelled ? [] : waiting), "resumed")
        expect(action.claimAgain.sorted() == (flight.isCancelled ? waiting : []), "claim again")
        released += action.resume + action.claimAgain
        expect(action.awaitsRelease == (!flight.isCancelled && model.waiterCount(flight.key) > 0), "awaits its release")
        if action.awaitsRelease { unreleased.append(flight.key) }
        let second = table.finish(flight.key, -1, leaderTakes: true)
        expect(second.resume.isEmpty && !second.leaderTakes, "finished twice")
    }

    /// The result of a flight is reported; or the same is said of a flight that is gone or has none to give, and nothing
    /// changes.
    private mutating func release(_ key: FlightKey?) {
        guard let key else { return }
        unreleased.removeAll { $0 == key }
        let resumed = table.release(key)
        guard let index = model.index(of: key) else { return expect(resumed.isEmpty, "released what is gone") }
        let flight = model.flights[index]
        let releases = flight.result != nil && !flight.isCancelled && !flight.isReleased
        expect(resumed.sorted() == (releases ? model.release(key) : []), "released")
        if releases { model.flights[index].isReleased = true }
        released += resumed
    }

    private mutating func timeOut() {
        guard let flight = model.flights.filter({ $0.rules.timeout != .none }).randomElement(using: &random),
            timedOut.insert(flight.key).inserted, let index = model.index(of: flight.key)
        else { return }
        let cancels = flight.isCurrent && flight.isRunning && flight.grace != nil && flight.rules.timeout.keepsKey
        let action = table.timedOut(flight.key)
        expect((action.task != nil) == (cancels && flight.hasTask), "task to cancel after a timeout")
        let expected = flight.isCurrent && flight.isRunning ? model.timeOut(index) : (false, [])
        expect(action.isSuperseded == expected.0 && action.claimAgain.sorted() == expected.1, "timed out")
        released += action.claimAgain
    }

    private mutating func endGrace() {
        guard let index = model.flights.indices.randomElement(using: &random) else { return }
        let round = Int.random(in: 1...3, using: &random)
        let ends = model.flights[index].grace == round && model.flights[index].isRunning
        let action = table.graceEnded(model.flights[index].key, round: round)
        expect(action.abandonment == (ends ? .cancel : .none) && action.resume == nil, "grace ended")
        expect((action.task != nil) == (ends && model.flights[index].hasTask), "task to cancel after the grace period")
        if ends {
            model.cancel(index)
            model.flights[index].alarm = nil
        }
    }

    private mutating func detach(_ fingerprint: Fingerprint) {
        let index = model.current(fingerprint)
        let action = table.detach(fingerprint)
        expect(action.epoch == index.map { model.flights[$0].key.epoch }, "detached")
        expect(action.claimAgain.sorted() == (index.map { model.detach($0) } ?? []), "claim again after detaching")
        released += action.claimAgain
    }

    private mutating func detachAll() {
        let claimAgain = table.detachAll { _ in true }.claimAgain
        let expected = model.flights.indices.filter { model.flights[$0].isCurrent }.flatMap { model.detach($0) }
        expect(claimAgain.sorted() == expected.sorted(), "claim again after detaching all")
        released += claimAgain
    }

    private mutating func giveUp() {
        let acceptance = Bool.random(using: &random) ? FlightTable<Int, Int, String>.Acceptance.nested : .none
        table.restrict(to: acceptance)
        if model.acceptance != .none { model.acceptance = acceptance }
        if Bool.random(using: &random) { return }
        // Those that have ended get their result from the thread that reports it.
        let waiting = model.flights.filter(\.isRunning).flatMap { model.release($0.key) }
        let action = table.giveUpAll()
        expect(action.claimAgain.sorted() == waiting.sorted(), "given up")
        expect(action.labels.count == model.flights.count { $0.isRunning }, "labels to destroy")
        expect(action.tasks.count == model.flights.count { $0.isRunning && $0.hasTask }, "tasks to cancel")
        released += action.claimAgain
        for index in model.flights.indices where model.flights[index].isRunning {
            model.flights[index].isGivenUp = true
            model.flights[index].isCurrent = false
        }
    }

    // MARK: - The end

    /// Every execution ends and every waiter comes to suspend; then nothing may be left.
    mutating func finish() {
        for flight in model.flights.filter(\.isRunning) { finish(flight) }
        for key in model.flights.map(\.key) + unreleased { release(key) }
        while !model.waiters.isEmpty {
            let before = model.waiters.count
            suspend()
            guard model.waiters.count < before else { return expect(false, "a caller waits for ever") }
        }
        expect(table.count == 0, "left over")
        expect(released.count == Set(released).count, "released twice")
        expect(Set(released) == suspended, "lost")
    }
}

extension ExecutionTimeout {
    /// Whether newcomers are refused once it is exceeded.
    fileprivate var keepsKey: Bool {
        if case .hold = self { true } else { false }
    }
}
