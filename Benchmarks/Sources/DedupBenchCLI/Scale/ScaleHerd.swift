internal import Measurement
internal import Synchronization

/// Many tasks that are started, wait at the same time, and are let go together: what each of the three costs.
///
/// All of them run on the calling thread up to where they are suspended, and after it; see ``HeldJobs``.
struct ScaleHerd {
    /// What one herd came to, for each of its members.
    struct Figures {
        /// From the creation of a task until it is suspended, in nanoseconds.
        var start: Double
        /// From the moment in which the gate opens until the last has returned, in nanoseconds.
        var release: Double
        /// Live bytes while all are suspended; nil where they were not looked at.
        var bytes: Double?
        /// What one more request for what a member waits for costs, in nanoseconds; nil where none was made.
        var join: Double?
    }

    private let allocator: Jemalloc
    private let jobs = HeldJobs()
    private let returned = Counter()
    private let problem = Problem()
    /// Requests beside the members that have not returned.
    private let joiners = Counter()
    private let leavers = Counter()
    /// What the work of the herd, or each of its members, waits at.
    let gate = Turnstile()

    /// A herd that nothing belongs to yet.
    init(_ allocator: Jemalloc) { self.allocator = allocator }

    /// Starts tasks that run until they are suspended.
    func start(_ numbers: Range<Int>, _ member: @escaping @Sendable (Int) async throws -> Void) {
        for number in numbers {
            Task.detached(executorPreference: jobs) { [returned, problem] in
                do { try await member(number) } catch { problem.note(error) }
                _ = returned.take(1)
            }
        }
        jobs.run()
    }

    /// Starts the members, measures them, and lets them go.
    ///
    /// - Parameters:
    ///   - members: Their numbers.
    ///   - looksAtMemory: Whether live bytes are read while all of them wait.
    ///   - before: How many tasks of the herd have been started before.
    ///   - whileHeld: What is done while all of them wait: checks, and what else is timed.
    ///   - member: What each does; it is suspended until the gate opens.
    /// - Throws: What a member throws, and what `whileHeld` throws.
    func measure(
        _ members: Range<Int>, looksAtMemory: Bool, after before: Int = 0,
        whileHeld: () throws -> Double? = { nil }, _ member: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> Figures {
        let count = Double(members.count)
        if looksAtMemory { allocator.flushThreadCache() }
        let live = looksAtMemory ? allocator.reading().live : 0
        let began = MonotonicClock.now()
        start(members, member)
        let waiting = MonotonicClock.now()
        var figures = Figures(start: Double(waiting - began) / count, release: .nan)
        if looksAtMemory {
            allocator.flushThreadCache()
            figures.bytes = Double(allocator.reading().live - live) / count
        }
        // Whatever is wrong, the herd is let go: none of its tasks may outlive what runs them.
        let join = Result { try whileHeld() }
        let opened = MonotonicClock.now()
        gate.open()
        while returned.taken < members.count + before || leavers.taken < joiners.taken {
            await jobs.wait()
            jobs.run()
        }
        figures.release = Double(MonotonicClock.now() - opened) / count
        if let error = problem.first { throw error }
        figures.join = try join.get()
        return figures
    }

    /// Times more requests that wait for the same as members do, and takes them back.
    ///
    /// - Returns: Nanoseconds a request, from the creation of its task until it is suspended.
    func join(_ numbers: [Int], _ request: @escaping @Sendable (Int) async throws -> Void) throws -> Double {
        let left = Counter()
        _ = joiners.take(numbers.count)
        var tasks: [Task<Void, Never>] = []
        tasks.reserveCapacity(numbers.count)
        let began = MonotonicClock.now()
        for number in numbers {
            tasks.append(
                Task.detached(executorPreference: jobs) { [leavers, problem] in
                    do {
                        try await request(number)
                    } catch is CancellationError {
                        _ = left.take(1)
                    } catch {
                        problem.note(error)
                    }
                    _ = leavers.take(1)
                })
        }
        jobs.run()
        let waiting = MonotonicClock.now()
        for task in tasks { task.cancel() }
        jobs.run()
        guard left.taken == numbers.count else {
            throw Failure("of \(numbers.count) requests only \(left.taken) have joined", .internalError)
        }
        return Double(waiting - began) / Double(numbers.count)
    }
}

extension ScaleHerd {
    /// The name of the control of flights and waiters.
    static let bareTask = "a bare task at a gate"

    /// As many tasks at a gate, and nothing else: the means of a round.
    static func bareTasks(_ count: Int, _ engine: ScaleEngine) async throws -> Figures {
        try await repeated(count) { repetition in
            let herd = ScaleHerd(engine.allocator)
            let gate = herd.gate
            return try await herd.measure(0..<count, looksAtMemory: repetition == 0) { _ in await gate.pass() }
        }
    }

    /// Measures a herd of `members` so often that a round has 2,000 at least, and takes the means.
    static func repeated(_ members: Int, _ measure: (_ repetition: Int) async throws -> Figures) async throws -> Figures
    {
        var figures: [Figures] = []
        for repetition in 0..<max(1, 2_000 / members) { figures.append(try await measure(repetition)) }
        return .mean(of: figures)
    }

    /// The first error of any task.
    private final class Problem: Sendable {
        private let error = Mutex<(any Error)?>(nil)

        var first: (any Error)? { error.withLock { $0 } }

        func note(_ error: any Error) { self.error.withLock { $0 = $0 ?? error } }
    }
}

extension ScaleHerd.Figures {
    /// The means of what was repeated.
    fileprivate static func mean(of all: [Self]) -> Self {
        let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
        let joins = all.compactMap(\.join)
        return Self(
            start: mean(all.map(\.start)), release: mean(all.map(\.release)),
            bytes: all.compactMap(\.bytes).first, join: joins.isEmpty ? nil : mean(joins))
    }
}
