#if HTTP
internal import AsyncHTTPClient
package import DedupBenchKit
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// How a service is called, and what its answers tell.
package struct HTTPSettings: Sendable {
    /// The request for a key.
    package var template: RequestTemplate
    /// By what an answer tells its execution.
    package var identity: AnswerIdentity
    /// The port on the loopback interface where the service finds the work that it is to do; nil: it does work of its own.
    package var originPort: Int?
    /// Where the service tells how many executions there were, and the member of that answer; nil: nowhere.
    package var counter: (url: String, field: [String])?
    /// The status codes by which the service refuses a duplicate.
    package var refusals: Set<Int> = []
    /// Whether the service may answer with errors of its own.
    package var allowsErrors = false
    /// After how long an answer does not come any more. Default 30 s.
    package var timeout = Duration.seconds(30)
    /// What the service promises.
    package var promises = Promises()

    /// Settings.
    package init(template: RequestTemplate, identity: AnswerIdentity) {
        self.template = template
        self.identity = identity
    }

    /// How the service is made a subject.
    package var blueprint: SubjectBlueprint {
        var promises = promises
        promises.failsWithoutExecution = allowsErrors
        var blueprint = SubjectBlueprint(name: "http", summary: template.url, promises: promises) { given in
            try await HTTPSubject(self, given.clock)
        }
        blueprint.worksElsewhere = true
        if originPort == nil {
            blueprint.proof = .answers(allowsFailures: allowsErrors, needsCount: identity == .none)
        }
        return blueprint
    }

    /// What the proof covers, and what it does not, when the origin did something or the service counted so many.
    fileprivate func notes(origin: WorkOrigin.Seen?, counted: Int?) -> [String] {
        if let originPort, let origin {
            let keyless = origin.keyless == 0 ? "" : ", and \(origin.keyless) requests without one"
            guard origin.executions > 0 else {
                return [
                    "nothing was proved: no request with a key has reached the origin at port \(originPort)\(keyless)"
                ]
            }
            return [
                "proved: every execution was logged at the origin, inside the work itself",
                identity == .origin
                    ? "proved: every byte of every answer was compared with what the origin had sent"
                    : "not proved: that bodies arrive as the origin sent them; executions are told by \(identity.description)",
            ]
        }
        var notes: [String] = []
        if identity != .none {
            notes.append(
                "executions were told apart by \(identity.description) of the answers; those that answered alike were not"
            )
        }
        if let counter {
            notes.append(
                counted.map { "executions were counted by \(counter.url): \($0)" }
                    ?? "nothing was proved by \(counter.url): it gave no number when the run was over")
            if counted == 0 { notes.append("the counter has not moved: is it the right one, or was the cache warm?") }
        }
        notes.append(
            "not proved: that no two executions of a key ran at the same time, and that no answer was too old; point the "
                + "service at an origin with --origin for that")
        return notes
    }
}

/// A service in any language, called over HTTP.
final class HTTPSubject: Subject {
    /// The most bytes of an answer.
    private static let bodyLimit = 64 << 20

    /// What has been seen of answers, where nothing is logged at an origin.
    private struct Seen {
        /// By bytes: strings that Unicode takes for the same tell executions apart.
        var numbers: [[UInt8]: UInt64] = [:]
        /// When the first answer of each kind came, by number less one.
        var times: [UInt64] = []
        var counted: Int?
        /// Why calls failed, with how many did.
        var reasons: [String: Int] = [:]
    }

    private let settings: HTTPSettings
    private let clock: any RunClock
    private let client: HTTPClient
    private let origin: WorkOrigin?
    private let countedBefore: Int
    /// Tells this run from others: it stands for `{run}`, and the origin sends it along.
    private let run = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    private let seen = Mutex(Seen())

    init(_ settings: HTTPSettings, _ clock: any RunClock) async throws {
        self.settings = settings
        self.clock = clock
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4_096
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            origin = if let port = settings.originPort { try await WorkOrigin(port: port, run: run) } else { nil }
            try await Self.checkConnection(to: settings.template)
            countedBefore = try await Self.count(settings, client) ?? 0
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    func call(_ work: Work) async -> Answer {
        origin?.offer(work)
        defer { origin?.withdraw(work) }
        let start = clock.now()
        do {
            let response = try await client.execute(
                settings.template.request(for: work.key, run: run),
                timeout: TimeAmount(settings.timeout))
            let body = Array(try await response.body.collect(upTo: Self.bodyLimit).readableBytesView)
            let status = Int(response.status.code)
            if settings.refusals.contains(status) { return .rejected() }
            guard (200..<300).contains(status) else { return failure(status, response.headers) }
            if origin != nil { try checkRun(response.headers) }
            return origin == nil
                ? try told(response.headers, body, key: work.key, since: start) : try logged(response.headers, body)
        } catch {
            note("\(error)")
            return .failed(error)
        }
    }

    private func note(_ reason: String) { seen.withLock { $0.reasons[reason, default: 0] += 1 } }

    /// An answer that another run's origin has sent comes from a cache that was not empty.
    private func checkRun(_ headers: HTTPHeaders) throws {
        guard let other = headers.first(name: WorkOrigin.runHeader), other != run else { return }
        throw HTTPSubjectError(
            "an answer is from before this run: empty the cache first, or put {run} into the request beside {key}")
    }

    /// An answer whose execution the origin has logged.
    private func logged(_ headers: HTTPHeaders, _ body: [UInt8]) throws -> Answer {
        if settings.identity == .origin { return .value(WorkValue(bytes: body), nil) }
        guard let execution = UInt64(try settings.identity.text(headers, body)) else {
            throw HTTPSubjectError("\(settings.identity.description) of an answer is not the number of an execution")
        }
        return Answer(outcome: nil, execution: execution)
    }

    /// An answer that tells its execution by being different from others. The first of its kind is taken to be that of the
    /// call which executed.
    private func told(_ headers: HTTPHeaders, _ body: [UInt8], key: UInt32, since start: UInt64) throws -> Answer {
        guard settings.identity != .none else { return Answer(outcome: .joined, execution: 0) }
        let text = Array("\(key) \(try settings.identity.text(headers, body))".utf8)
        return seen.withLock { seen in
            if let number = seen.numbers[text] {
                let isOlder = seen.times[Int(number) - 1] <= start
                return Answer(outcome: isOlder ? .hit : .joined, execution: number)
            }
            seen.times.append(clock.now())
            let number = UInt64(seen.times.count)
            seen.numbers[text] = number
            return Answer(outcome: .executed, execution: number)
        }
    }

    /// An answer that is an error: of an execution at the origin, where that says so, or of the service itself.
    private func failure(_ status: Int, _ headers: HTTPHeaders) -> Answer {
        let execution = origin == nil ? nil : headers.first(name: WorkOrigin.header).flatMap { UInt64($0) }
        let reason = "the service answered with status \(status)"
        note(reason)
        return execution.map { .failed(ExecutionFailure(execution: $0, reason: reason)) }
            ?? .failed(HTTPSubjectError(reason))
    }

    /// A service that is not there is found before it is driven.
    private static func checkConnection(to template: RequestTemplate) async throws {
        guard let (host, port) = template.address else { return }
        do {
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(.seconds(5)).connect(host: host, port: port).get()
            try await channel.close()
        } catch {
            throw HTTPSubjectError("there is no service at \(host):\(port) (\(error)); start it first")
        }
    }

    private static func count(_ settings: HTTPSettings, _ client: HTTPClient) async throws -> Int? {
        guard let counter = settings.counter else { return nil }
        let response = try await client.execute(HTTPClientRequest(url: counter.url), timeout: .seconds(30))
        let body = Array(try await response.body.collect(upTo: bodyLimit).readableBytesView)
        guard let number = AnswerIdentity.number(counter.field, in: body) else {
            throw HTTPSubjectError(
                "the counter \(counter.url) does not answer with a number (status \(response.status.code)); name a member of "
                    + "its JSON with --counter-field, if it is one")
        }
        return number
    }

    var counters: SubjectCounters { SubjectCounters(executions: seen.withLock { $0.counted }) }

    var notes: [String] {
        let (reasons, counted) = seen.withLock { ($0.reasons, $0.counted) }
        let errors = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5).map {
            "\($0.value) calls failed: \($0.key)"
        }
        return settings.notes(origin: origin?.seen, counted: counted) + errors
    }

    func quiesce() async {
        guard let count = try? await Self.count(settings, client) else { return }
        seen.withLock { $0.counted = count - countedBefore }
    }

    func shutdown() async {
        await origin?.stop()
        try? await client.shutdown()
    }
}
#endif
