internal import ArgumentParser
internal import DedupBenchHTTP
internal import DedupBenchKit
internal import Workloads

/// `dedupbench http`
struct HTTPCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "http",
        abstract: "Drives a service over HTTP, in any language, and tells whether it did the same work twice.",
        discussion: """
            Examples:
              dedupbench http 'http://127.0.0.1:8080/items/{key}' --origin 9000
              dedupbench http http://127.0.0.1:8080/pay --identify field:payment.id \\
                  --header 'Idempotency-Key: {key}' --body '{"order": {key}}'
              dedupbench http 'http://127.0.0.1:8080/items/{key}' --ttl forever \\
                  --counter http://127.0.0.1:8080/stats --counter-field executions

            {key} stands for the number of what is asked for, in the URL, in headers and in the body; {run} for a text that no \
            other run has, so that a cache that is not empty does not matter. The requests are those of a scenario (default: \
            http), full of duplicates at the same time.

            With --origin, dedupbench also plays what stands behind the service, on 127.0.0.1 at that port: the service asks it for \
            /ANY/PATH/KEY (or sends the header Dedup-Key), it does the work and answers. Every execution is then logged inside \
            it, and every answer compared with it. Without an origin executions are told apart by the answers, with \
            --identify, or counted by the service, with --counter: more than a result's lifetime allows are too many, but \
            executions at the same time or with the same answer, and answers that are too old, are not seen. The report says what \
            was proved.

            This command is there when dedupbench was built with `--traits HTTP`.
            """)

    @Argument(help: "The URL, with {key} where the key belongs, unless a header or the body has it.")
    var url: String

    @Option(help: ArgumentHelp("The method. Default: GET, or POST with a body.", valueName: "name"))
    var method: String?

    @Option(
        name: .customLong("header"), help: ArgumentHelp("Send this header; repeatable.", valueName: "name: value"))
    var headers: [String] = []

    @Option(help: ArgumentHelp("Send this body.", valueName: "text"))
    var body: String?

    @Option(help: ArgumentHelp("Be what stands behind the service, at this port.", valueName: "port"))
    var origin: Int?

    @Option(
        help: ArgumentHelp(
            "What tells executions apart: `header:NAME`, `field:a.b` of a JSON answer, `body` if no two executions answer "
                + "alike, `none`. Default with an origin: the bytes that it sent.", valueName: "what"))
    var identify: String?

    @Option(help: ArgumentHelp("Where the service counts executions: a number, or JSON with one.", valueName: "url"))
    var counter: String?

    @Option(help: ArgumentHelp("The member of the counter's JSON.", valueName: "a.b"))
    var counterField: String?

    @Option(
        help: ArgumentHelp(
            "For how long the service serves a result: `forever`, `fixed:60s`, `sliding:60s`. Default: as the scenario's "
                + "system.cache.ttl says.", valueName: "ttl"))
    var ttl: String?

    @Option(help: ArgumentHelp("How many results it has room for. Default: all.", valueName: "entries"))
    var capacity: Int?

    @Option(
        help: ArgumentHelp(
            "By how much its clock may be off; many count whole seconds. Default: 1s.", valueName: "time"))
    var clockTolerance = "1s"

    @Option(
        name: .customLong("refused"),
        help: ArgumentHelp(
            "The status by which it refuses a duplicate; repeatable. Default: it waits.", valueName: "code"))
    var refusals: [Int] = []

    @Option(
        help: ArgumentHelp(
            "For how long past its lifetime a result may be answered. Default: never.", valueName: "time"))
    var allowStale: String?

    @Flag(help: "It may renew a result that is still fresh, while calls are answered with that.")
    var allowEarlyRefresh = false

    @Flag(help: "It may answer with errors of its own: of a limit, or a deadline.")
    var allowErrors = false

    @Option(help: ArgumentHelp("An answer that takes longer never comes. Default: 30s.", valueName: "time"))
    var timeout = "30s"

    @OptionGroup(title: "What is asked for") var plan: PlanOptions
    @OptionGroup(title: "What it is held against") var baselines: BaselineOptions
    @OptionGroup(title: "What it is held against") var audits: AuditOptions
    @OptionGroup(title: "What is shown") var output: OutputOptions

    #if HTTP
    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        guard plan.subjects.isEmpty else {
            throw Failure("--subject: the subject is the service at the URL; `dedupbench run` drives others", .usage)
        }
        var (context, plan) = (context, plan)
        context.subjects = try SubjectCatalog(adding: [try settings().blueprint])
        plan.scenario = plan.scenario ?? "http"
        plan.subjects = ["http"]
        if let ttl { plan.settings.append("system.cache.ttl=\(ttl)") }
        if let capacity { plan.settings.append("system.cache.capacity=\(capacity)") }
        return try await RunCommand.run(plan, baselines, audits, output, arguments, in: context)
    }

    private func settings() throws(Failure) -> HTTPSettings {
        let template = RequestTemplate(
            url: url, method: method ?? (body == nil ? "GET" : "POST"), headers: headers, body: body)
        if let problem = template.problem { throw Failure(problem, .usage) }
        if origin == nil, identify == nil, counter == nil {
            throw Failure(
                "without an --origin, say what tells executions apart: --identify header:NAME, field:a.b, or body if no two "
                    + "executions answer alike; or where they are counted: --counter URL", .usage)
        }
        let text = identify ?? (origin == nil ? "none" : "origin")
        guard let identity = AnswerIdentity(text), identity != .origin || origin != nil else {
            throw Failure(
                "--identify: `\(text)` tells nothing apart; use header:NAME, field:a.b, body or none, or origin with --origin",
                .usage)
        }
        var settings = HTTPSettings(template: template, identity: identity)
        try checkProof(identity)
        if !plan.matrix.isEmpty, !template.namesRun {
            throw Failure(
                "--matrix: the second combination would find what the first has left in the cache; put {run} into the request "
                    + "beside {key}", .usage)
        }
        settings.originPort = origin
        settings.counter = counter.map { ($0, counterField?.split(separator: ".").map(String.init) ?? []) }
        settings.refusals = Set(refusals)
        settings.allowsErrors = allowErrors
        settings.timeout = try OptionText.time(timeout, "--timeout")
        settings.promises = Promises(
            duplicates: refusals.isEmpty ? .join : .reject, eviction: capacity == nil ? .never : .unreported,
            clockTolerance: try OptionText.time(clockTolerance, "--clock-tolerance"),
            staleAllowance: try OptionText.time(allowStale, "--allow-stale"), refreshesEarly: allowEarlyRefresh)
        return settings
    }

    private func checkProof(_ identity: AnswerIdentity) throws(Failure) {
        if let origin, !(1...65_535).contains(origin) { throw Failure("--origin: a port is from 1 to 65535", .usage) }
        if origin != nil, identity == .none || identity == .body {
            throw Failure(
                "--identify: with an origin, the bytes that it sent or its header Dedup-Execution tell", .usage)
        }
        if origin != nil, counter != nil {
            throw Failure("--counter: an origin counts by itself; leave one of both out", .usage)
        }
        if counterField != nil, counter == nil { throw Failure("--counter-field: there is no --counter", .usage) }
        if identity == .none, counter == nil {
            throw Failure("--identify none: nothing would be proved without a --counter or an --origin", .usage)
        }
    }
    #else
    func run(_ arguments: [String], in context: CommandContext) throws -> Int32 {
        throw Failure(
            "this dedupbench was built without HTTP; build it with `swift build -c release --package-path Benchmarks --traits "
                + "HTTP --product dedupbench`", .missingTool)
    }
    #endif
}
