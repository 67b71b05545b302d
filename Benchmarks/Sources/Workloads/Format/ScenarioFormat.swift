/// The fields of a scenario file, section by section: the one description that loading, overriding, writing and the
/// JSON Schema share.
enum ScenarioFormat {
    static let scenario = SectionType(
        "scenario", standard: Scenario(),
        fields: [
            .field(
                "schema_version", \.schemaVersion, .integer(1...Scenario.currentVersion), required: true,
                "The version of this file format."),
            .field("name", \.name, .name, required: true, "Names the run and its result folder."),
            .field(
                "description", \.description, .text(0...2000, allowed: "text of at most 2000 characters"),
                "What the scenario is for."),
            .field("seed", \.seed, .seed, "Fixes everything random: the same seed gives the same requests."),
            .field(
                "subjects", \.subjects, .list(of: .name, count: 1...20, called: "subjects"),
                "What is driven, one after the other, each with the same requests."),
            .field("system", \.system, system.type, "How the subject is set up."),
            .field("workload", \.workload, workload.type, required: true, "What is requested."),
            .field(
                "phases", \.phases, .list(of: phase.type, count: 1...100, called: "phases"), required: true,
                "The stretches of load, in order."),
            .field(
                "gates", \.gates,
                .list(
                    of: .text(1...200, allowed: "an expression such as `hit.latency.p99 < 50ms`"), count: 0...200,
                    called: "gates"),
                "Conditions on the outcome; one that fails fails the run. `in PHASE` confines one to a phase; with `if any` at its "
                    + "end it is not asked where nothing is observed of it."
            ),
        ], check: ScenarioRules.check)

    static let system = SectionType(
        "system", standard: SystemSettings(),
        fields: [
            .field(
                "duplicates", \.duplicates, .choice(SystemSettings.Duplicates.self),
                "What happens to a request whose work is already running: it joins it, or it is refused."),
            .field("cache", \.cache, cache.type, "How results are cached."),
        ])

    static let cache = SectionType(
        "cache", standard: CacheSettings(),
        fields: [
            .field("capacity", \.capacity, .setting(CacheCapacity.self), "How much the cache may hold."),
            .field("policy", \.policy, .name, "The eviction policy; `dedupbench list` names them."),
            .field("ttl", \.timeToLive, .setting(TimeToLiveSetting.self), "How long a result lives."),
            .optional(
                "failures", \.failures, .setting(Duration.self) { $0 > .zero ? nil : "must be longer than nothing" },
                "How long failures are cached; absent: they are not."),
            .optional("shards", \.shards, .integer(1...1024), "The number of shards; absent: the cache decides."),
        ])

    static let workload = SectionType(
        "workload", standard: WorkloadSettings(),
        fields: [
            .field("keys", \.keys, keys.type, required: true, "Which key each request asks for."),
            .field("operation", \.operation, operation.type, "What an execution does."),
            .field("verbs", \.verbs, verbs.type, "What callers want besides results."),
        ])

    static let verbs = SectionType(
        "verbs", standard: VerbSettings(),
        fields: [
            .field("get", \.get, .setting(Share.self), "The share of requests that ask for what is cached only."),
            .field(
                "invalidate", \.invalidate, .setting(Share.self), "The share of requests that invalidate their key."),
            .field(
                "cancel", \.cancel, .setting(Share.self),
                "The share of requests that are cancelled by an impatient caller."),
            .field("deadline", \.deadline, .setting(Share.self), "The share of requests that have a deadline."),
            .field(
                "patience", \.patience, .setting(Distribution<Duration>.self),
                "How long a caller waits that cancels or has a deadline."),
        ], check: ScenarioRules.check)

    static let keys = SectionType(
        "keys", standard: KeySettings(),
        fields: [
            .field(
                "distribution", \.distribution, .choice(KeySettings.Distribution.self), required: true,
                "How keys are drawn."),
            .optional("count", \.count, .integer(1...KeySettings.countLimit), "The number of distinct keys."),
            .optional(
                "skew", \.skew, .number(0...10),
                "zipf, burst: the key of rank r is drawn in proportion to r^-skew; 0 is uniform, 1 is classic."),
            .optional("hot_keys", \.hotKeys, .setting(Share.self), "hotspot: the share of the keys that is hot."),
            .optional(
                "hot_requests", \.hotRequests, .setting(Share.self),
                "hotspot: the share of the requests that goes to hot keys."),
            .optional(
                "burst", \.burst, .integer(1...1_000_000), "burst: how many requests in a row ask for the same key."),
            .optional(
                "file", \.file, .text(1...1000, allowed: "a path, relative to the folder of this file"),
                "trace: comma-separated text with the columns key, time_ns (or time_us, time_ms, time_s) and size; plain, "
                    + "zstd or gzip."),
        ], check: ScenarioRules.check)

    static let operation = SectionType(
        "operation", standard: OperationSettings(),
        fields: [
            .field("kind", \.kind, .choice(OperationSettings.Kind.self), "Simulated work, or real git commands."),
            .field(
                "latency", \.latency, .setting(Distribution<Duration>.self), "simulated: how long an execution takes."),
            .field("failures", \.failures, .setting(Share.self), "simulated: the share of executions that fail."),
            .field(
                "value_size", \.valueSize, .setting(ValueSizes.self), "simulated: how large a result is."),
            .optional("repositories", \.repositories, .integer(1...1000), "git: how many repositories are created."),
            .optional("commits", \.commits, .integer(1...10_000), "git: how many commits each repository has."),
            .optional("files", \.files, .integer(1...10_000), "git: how many files each repository has."),
            .optional(
                "steps", \.steps, .list(of: .choice(OperationSettings.GitStep.self), count: 1...5, called: "steps"),
                "git: the commands; a key is one command in one repository."),
        ], check: ScenarioRules.check)

    static let phase = SectionType(
        "phase", standard: Phase(),
        fields: [
            .field("name", \.name, .name, required: true, "Names the phase in reports."),
            .field(
                "model", \.model, .choice(Phase.Model.self), required: true,
                "closed: each client sends its next request when its last is answered; constant, poisson: requests "
                    + "arrive at a rate whatever happens; trace: as recorded. More than four million requests are drawn a million "
                    + "at a time, with a short rest in between in which the clock of the phase stands."),
            .field(
                "clients", \.clients, .integer(1...100_000),
                "closed: the number of callers; open: the most requests under way at once."),
            .optional(
                "operations", \.operations, .integer(1...1_000_000_000), "Ends the phase after this many requests."),
            .optional(
                "duration", \.duration, .setting(Duration.self) { $0 > .zero ? nil : "must be longer than nothing" },
                "Ends the phase after this time; with operations too, whichever comes first."),
            .optional("rate", \.rate, .setting(ArrivalRate.self), "constant, poisson: how often requests arrive."),
            .optional(
                "stages", \.stages, .list(of: stage.type, count: 1...1_000, called: "stages"),
                "constant, poisson: how the rate changes, in place of rate and duration."),
            .optional(
                "think_time", \.thinkTime, .setting(Distribution<Duration>.self),
                "closed: how long a client waits between an answer and its next request."),
            .optional("speed", \.speed, .setting(ReplaySpeed.self), "trace: how fast it is replayed; absent: max."),
            .field(
                "warmup", \.warmup, .boolean, "A warm-up is driven and verified, but left out of results and gates."),
            .optional(
                "until", \.until, .choice(Phase.Goal.self),
                "steady: the warm-up ends when hit ratio, hit time and live entries no longer change; operations or "
                    + "duration end it at the latest."),
            .optional("memory", \.memory, memory.type, "Makes this a memory phase: growth is judged."),
            .optional(
                "edge", \.edge, edge.type,
                "Makes this an edge phase: all clients but one come in a herd at an event in the life of a new key. Herds "
                    + "rest after each million of requests."),
            .optional("keys", \.keys, keys.type, "Replaces the workload's keys in this phase."),
            .optional("operation", \.operation, operation.type, "Replaces the workload's operation in this phase."),
            .optional("verbs", \.verbs, verbs.type, "Replaces the workload's verbs in this phase."),
        ], check: ScenarioRules.check)

    static let stage = SectionType(
        "stage", standard: RateStage(),
        fields: [
            .field(
                "rate", \.rate, .setting(StageRate.self), required: true,
                "A rate, or a ramp from one to another; 0/s is a pause."),
            .field(
                "duration", \.duration, .setting(Duration.self) { $0 > .zero ? nil : "must be longer than nothing" },
                required: true, "How long the stage takes."),
        ])

    static let edge = SectionType(
        "edge", standard: EdgeSettings(),
        fields: [
            .field(
                "at", \.at, .choice(EdgeSettings.Event.self), required: true,
                "The event: the start of an execution, the publication of its result, its failure, the result's expiry, its "
                    + "eviction or invalidation, or that the first caller gives up at its deadline or is cancelled."),
            .field(
                "sweep", \.sweep,
                .setting(Duration.self) {
                    $0 >= .microseconds(1) && $0 <= EdgeSettings.longestSweep ? nil : "must be from 1us to 10s"
                }, "How long before the event the first herds come, and how long after it the last ones."),
            .field(
                "steps", \.steps, .integer(2...EdgeSettings.mostSteps),
                "How many steps that is divided into, in which herds are counted apart."),
        ])

    static let memory = SectionType(
        "memory", standard: MemorySampling(),
        fields: [
            .field(
                "samples", \.samples, .integer(3...MemorySampling.largestNumber),
                "How many times memory is measured, at rest, before growth is judged."),
            .optional(
                "max_samples", \.maximumSamples, .integer(3...MemorySampling.largestNumber),
                "How many times at most, where a gate on growth cannot be decided before; four times `samples` by default."
            ),
            .field(
                "operations", \.operations, .integer(1...100_000_000), "The requests between two measurements."),
            .field(
                "discarded", \.discarded, .integer(0...MemorySampling.largestNumber),
                "How many of the first samples are left out, because the cache still fills."),
        ])
}
