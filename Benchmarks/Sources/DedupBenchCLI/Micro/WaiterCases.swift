internal import Dedup
internal import Measurement
internal import Statistics
internal import Synchronization

/// Ten thousand requests that wait for one execution.
enum WaiterCases {
    static let all = [MicroCase(name: "10,000 waiters on one flight", isCounted: false) { try await waiters($0) }]

    private static let count = 10_000

    /// What one herd came to.
    private struct Herd {
        var release: Double
        var bytes: Double
        var executions: Int
    }

    private static func waiters(_ engine: MicroEngine) async throws -> [MicroResult] {
        let (ours, controls) = try await MicroComparison.alternate(
            rounds: engine.rounds, { try await flight(engine, $0) }, control: { await gate(engine) })
        let executions = ours.map(\.executions).max() ?? 0
        let release = Estimate.median(of: ours.map(\.release)) ?? .unknown
        let bytes = Estimate.median(of: ours.map(\.bytes)) ?? .unknown
        let control = "as many bare tasks at a gate"
        let ratio = HodgesLehmann.ratio(of: ours.map(\.release), to: controls.map(\.release))
        return [
            MicroResult(
                name: "\(count) waiters, result to last release (\(executions) execution)", value: release,
                unit: .nanoseconds, control: control,
                controlValue: Estimate.median(of: controls.map(\.release))?.value, ratio: ratio,
                target: "1 execution, twice the control", isMet: executions == 1 && ratio.value <= 2),
            MicroResult(
                name: "\(count) waiters, memory of each, its task included", value: bytes, unit: .bytesPerWaiter,
                control: control, controlValue: Estimate.median(of: controls.map(\.bytes))?.value, target: "2.2 KiB",
                isMet: bytes.value <= 2.2 * 1_024),
        ]
    }

    private static func flight(_ engine: MicroEngine, _ round: Int) async throws -> Herd {
        var configuration = DeduplicatorConfiguration()
        configuration.waiterLimit = count + 1
        let deduplicator = try Deduplicator(configuration: configuration)
        let fingerprint = Fingerprint(words: (1, 2, 3, UInt64(round)))
        let gate = Turnstile()
        let executions = Counter()
        let isWaiting = { deduplicator.flights.first?.waiters == count }
        return await herd(engine, executions: executions, isWaiting: isWaiting, open: { gate.open() }) {
            let outcome = try? await deduplicator.execute(fingerprint, step: "herd") { _ in
                _ = executions.take(1)
                await gate.pass()
                return MonotonicClock.now()
            }
            return outcome?.value ?? 0
        }
    }

    private static func gate(_ engine: MicroEngine) async -> Herd {
        let gate = Turnstile()
        let opened = Counter()
        return await herd(
            engine, executions: opened, isWaiting: { gate.waiting == count },
            open: {
                _ = opened.take(Int(MonotonicClock.now()))
                gate.open()
            }
        ) {
            await gate.pass()
            return UInt64(opened.taken)
        }
    }

    /// Starts the herd, waits until all of it waits, measures memory, lets it go, and times the last to leave against
    /// the moment in which the result was there, which every member returns.
    private static func herd(
        _ engine: MicroEngine, executions: Counter, isWaiting: () -> Bool, open: () -> Void,
        _ member: @escaping @Sendable () async -> UInt64
    ) async -> Herd {
        let before = engine.allocator.reading().live
        let members = (0..<count).map { _ in
            Task.detached {
                let result = await member()
                return (result, MonotonicClock.now())
            }
        }
        while !isWaiting() { await Task.yield() }
        let held = engine.allocator.reading().live
        open()
        var release: UInt64 = 0
        for member in members {
            let (result, returned) = await member.value
            release = max(release, returned > result ? returned - result : 0)
        }
        return Herd(
            release: Double(release), bytes: Double(held - before) / Double(count), executions: executions.taken)
    }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let next = Atomic<Int>(0)

    /// The first of `count` numbers that no other caller gets.
    func take(_ count: Int) -> Int { next.wrappingAdd(count, ordering: .relaxed).oldValue }

    /// How many were taken.
    var taken: Int { next.load(ordering: .relaxed) }
}

/// Holds every task that comes until it is opened.
final class Turnstile: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// How many wait.
    var waiting: Int { state.withLock { $0.waiting.count } }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
