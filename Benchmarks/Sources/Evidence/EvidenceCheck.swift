internal import DedupVerification
internal import Measurement

/// Refuses evidence whose figures cannot be: files come from elsewhere, and a figure that cannot be added up or drawn must not
/// end the process that reads it.
struct EvidenceCheck {
    /// The first thing that is wrong, by its place; nil when nothing is.
    private(set) var problem: String?

    /// Above this no count, no size and no time of a real run is; sums of a million of them still fit.
    private static let limit: Int = 1 << 48
    /// The largest reading of a clock that is taken, in nanoseconds: nine years.
    private static let latest = UInt64(1) << 58
    /// The longest that a phase may have taken, in nanoseconds: 104 days.
    private static let longest = UInt64(1) << 53
    /// The most phases of a subject: their durations add up.
    private static let phases = 1_024

    init(_ run: RunEvidence) {
        let machine = run.environment
        let figures = [machine.clockCostNanoseconds] + machine.loadAverage
        demand(figures.allSatisfy { $0.isFinite && abs($0) < 1e15 }, "run.environment", "a figure is no number")
        size(machine.memoryBytes, "run.environment.memory_bytes")
        check(run.identity)
        let codes: [Int32] = [1, 6, 64, 65, 69, 129, 130, 143]
        demand(
            run.interruption.map { codes.contains($0.exitCode) } ?? true, "run.interruption.exitCode", "no exit code")
        for (number, subject) in run.subjects.enumerated() { check(subject, "run.subjects[\(number)]") }
        if let limit = run.lagLimit {
            demand(RunEvidence.lagLimits.contains(limit), "run.lagLimit", "\(limit) is no limit of lag")
        }
        check(run.baseline)
        let titles = run.subjects.map(\.title)
        demand(Set(titles).count == titles.count, "run.subjects", "one subject and combination is there twice")
    }

    private mutating func demand(_ isRight: Bool, _ place: String, _ rule: String) {
        if problem == nil, !isRight { problem = "\(place): \(rule)" }
    }

    private mutating func count(_ value: Int?, _ place: String) {
        guard let value else { return }
        demand((0...Self.limit).contains(value), place, "\(value) is no count")
    }

    private mutating func size(_ value: Int?, _ place: String) {
        guard let value else { return }
        demand((-Self.limit...Self.limit).contains(value), place, "\(value) is no number of bytes")
    }

    private mutating func time(_ value: UInt64, _ place: String) {
        demand(value <= Self.latest, place, "\(value) is no time")
    }

    private mutating func interval(_ start: UInt64, _ end: UInt64, _ place: String) {
        time(end, place)
        demand(start <= end, place, "it ends before it begins")
    }

    /// The id is the name of a folder.
    private mutating func check(_ identity: RunIdentity) {
        let id = identity.id
        demand(
            !id.isEmpty && id != "latest" && !id.hasPrefix(".") && id.utf8.count <= 200
                && id.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0 != "/" && $0.value != 0x7F },
            "run.identity.id", "not the name of a bundle")
    }

    private mutating func check(_ baseline: BaselineEvidence?) {
        let phases = baseline?.runs.flatMap(\.subjects).flatMap(\.phases) ?? []
        for phase in phases {
            count(phase.operations, "run.baseline.operations")
            for (name, figure) in phase.figures {
                let values = [figure.value, figure.low, figure.high].compactMap(\.self)
                demand(
                    values.allSatisfy { $0.isFinite && abs($0) < 1e18 }, "run.baseline", "\(name) is no number")
            }
        }
    }

    // MARK: - Subjects

    private mutating func check(_ subject: SubjectEvidence, _ place: String) {
        for (number, phase) in subject.phases.enumerated() { check(phase, "\(place).phases[\(number)]") }
        let names = subject.phases.map(\.name)
        demand(Set(names).count == names.count, place, "two phases have one name")
        demand(names.count <= Self.phases, place, "more than \(Self.phases) phases")
        let floors = (subject.floors ?? []).map(\.phase)
        demand(Set(floors).count == floors.count, "\(place).floors", "two are of one phase")
        guard let verification = subject.verification else { return }
        let inside = "\(place).verification"
        check(verification.total, "\(inside).total")
        for counts in verification.phases.values { check(counts, "\(inside).phases") }
        for value in verification.violationsByKind.values { count(value, "\(inside).violationsByKind") }
        for (number, violation) in verification.violations.enumerated() {
            check(violation, "\(inside).violations[\(number)]")
        }
    }

    private mutating func check(_ counts: VerificationCounts, _ place: String) {
        demand(
            counts.outcomes.count == OutcomeClass.allCases.count, "\(place).outcomes", "not one figure an outcome")
        let figures = [
            counts.operations, counts.lost, counts.executions, counts.failedExecutions, counts.duplicateExecutions,
            counts.opportunities, counts.overlappingCalls, counts.maximumConcurrency, counts.repeatedRequests,
            counts.attainableHits, counts.violations,
        ]
        for figure in figures + counts.outcomes { count(figure, place) }
        count(counts.attainableWithinCapacity, place)
        demand(counts.lost <= counts.operations, place, "more calls are lost than were made")
        demand(counts.duplicateExecutions <= counts.executions, place, "more executions are duplicates than there were")
    }

    private mutating func check(_ violation: Violation, _ place: String) {
        check(violation.executions, violation.calls, place)
        guard let proof = violation.proof else { return }
        let inside = "\(place).proof"
        check(proof.executions, proof.calls, inside)
        for excuse in proof.excuses { interval(excuse.since, excuse.at, inside) }
        let checker = proof.checker
        demand((0..<1).contains(checker.freshness.jitter), "\(inside).checker.freshness.jitter", "no fraction")
        demand(checker.capacity ?? 0 >= 0, "\(inside).checker.capacity", "no count")
        demand(checker.examplesPerKind >= 0, "\(inside).checker.examplesPerKind", "no count")
    }

    private mutating func check(_ executions: [Execution], _ calls: [Call], _ place: String) {
        for execution in executions {
            time(execution.begin, place)
            if execution.ended { interval(execution.begin, execution.end, place) }
        }
        for call in calls {
            time(call.start, place)
            time(call.intended, place)
            if call.hasReturned { interval(call.start, call.end, place) }
        }
    }

    // MARK: - Phases

    private mutating func check(_ phase: PhaseEvidence, _ place: String) {
        time(phase.start, "\(place).start")
        demand(phase.duration <= Self.longest, "\(place).duration", "\(phase.duration) is no time")
        check(phase.counts, "\(place).counts")
        count(phase.intendedOperations, "\(place).intendedOperations")
        count(phase.processesSpawned, "\(place).processesSpawned")
        size(phase.allocatedEnd, "\(place).allocatedEnd")
        for point in phase.series {
            time(point.offset, "\(place).series")
            demand(
                point.value.isFinite && abs(point.value) < 1e18, "\(place).series", "\(point.value) is no rate or share"
            )
        }
        demand(phase.heat?.isSound ?? true, "\(place).heat", "not one figure a class and interval")
        for counts in phase.heat?.counts ?? [] { for figure in counts { count(figure, "\(place).heat") } }
        for (number, keys) in phase.popularity.enumerated() {
            let inside = "\(place).popularity[\(number)]"
            demand(1 <= keys.first && keys.first <= keys.last && keys.last <= Self.limit, inside, "no ranks")
            count(keys.requests, inside)
            demand(keys.expected.isFinite && keys.expected >= 0 && keys.expected < 1e15, inside, "no number")
        }
        if let edge = phase.edge { check(edge, "\(place).edge") }
        for stretch in phase.warmUps.flatMap(\.stretches) {
            for figure in [stretch.requests, stretch.served, stretch.liveEntries] { count(figure, "\(place).warmUp") }
            time(stretch.hitP50 ?? 0, "\(place).warmUp")
        }
        for stuck in phase.stuck { time(stuck.age, "\(place).stuck") }
        check(phase.load, "\(place).load")
        for (number, memory) in phase.memory.enumerated() { check(memory, "\(place).memory[\(number)]") }
    }

    private mutating func check(_ edge: EdgeEvidence, _ place: String) {
        demand(
            !edge.event.isEmpty && edge.event.utf8.count <= 40, "\(place).event", "no name of an event")
        demand(edge.steps.count <= EdgeEvidence.mostSteps, "\(place).steps", "too many steps")
        for (number, step) in edge.steps.enumerated() {
            let inside = "\(place).steps[\(number)]"
            demand(
                step.low < step.high && step.low.magnitude <= Self.longest && step.high.magnitude <= Self.longest,
                inside,
                "no stretch of time")
            demand(
                step.outcomes.count == OutcomeClass.allCases.count, "\(inside).outcomes", "not one figure an outcome")
            for figure in [step.herds, step.executions, step.duplicates, step.violations] + step.outcomes {
                count(figure, inside)
            }
        }
        for figure in [edge.outside, edge.missed] { count(figure, place) }
    }

    private mutating func check(_ load: LoadEvidence, _ place: String) {
        let counts: [Int?] =
            [load.clients, load.workers, load.maximumConcurrency, load.overlappingDuplicates, load.backlogged]
            + [load.herds?.released, load.herds?.overlapping, load.processors, load.stalls?.droppedWindows]
            + load.threads
        for figure in counts { count(figure, place) }
        for figure in [load.meanConcurrency, load.foreignProcessors, load.subjectShareOfWaiting].compactMap(\.self) {
            demand(figure.isFinite && figure >= 0 && figure < 1e15, place, "\(figure) cannot be")
        }
        demand(
            load.stalls?.windows.count ?? 0 <= StallReport.capacity, "\(place).stalls", "more stalls than are listed")
        // Without them nothing would be audited, and everything pass. Version 2 has audits in their place.
        let isSeen = load.observations.map { seen in
            seen.contains { if case .history = $0 { true } else { false } }
        }
        demand(
            isSeen.allSatisfy { $0 } && !(isSeen.isEmpty && load.audits == nil), "\(place).observations",
            "it is not said whether the history is complete")
        for (number, seen) in load.observations.joined().enumerated() {
            if let wrong = seen.problem { demand(false, "\(place).observations[\(number)]", wrong) }
        }
        for stall in load.stalls?.windows ?? [] { interval(stall.start, stall.end, "\(place).stalls") }
    }

    private mutating func check(_ memory: MemoryEvidence, _ place: String) {
        count(memory.discarded, "\(place).discarded")
        count(memory.capacity, "\(place).capacity")
        for site in memory.callSites ?? [] {
            demand(
                site.bytesPerOperation.isFinite && abs(site.bytesPerOperation) < 1e15, "\(place).callSites",
                "\(site.bytesPerOperation) is no size")
        }
        var (operations, last) = (0, UInt64(0))
        for (number, sample) in memory.series.samples.enumerated() {
            let inside = "\(place).series.samples[\(number)]"
            count(sample.operations, inside)
            count(sample.liveEntries, inside)
            interval(last, sample.time, inside)
            demand(sample.operations >= operations, inside, "operations go back")
            (operations, last) = (sample.operations, sample.time)
            let reading = sample.reading
            for bytes in [
                reading.live, reading.allocated, reading.threadCaches, reading.active, reading.resident,
                reading.retained,
                reading.metadata,
            ] { size(bytes, inside) }
        }
        // The allocator has classes larger than any memory.
        for sizeClass in memory.series.sizeClasses {
            demand(sizeClass.size > 0, "\(place).series.sizeClasses", "\(sizeClass.size) is no size")
        }
    }
}
