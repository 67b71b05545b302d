internal import DedupVerification

/// What herds met that came at an event in the life of a key, by when they came: before the event, at it, or after it.
package struct EdgeEvidence: Hashable, Codable, Sendable {
    /// The most steps that a sweep has.
    package static let mostSteps = 1_000

    /// The herds that came in one stretch of time from the event.
    package struct Step: Hashable, Codable, Sendable {
        /// Where the stretch begins, in nanoseconds from the event; negative: before it.
        package var low: Int64
        /// Where it ends.
        package var high: Int64
        /// How many herds came.
        package var herds = 0
        /// The calls of these herds that were answered, by the raw value of ``OutcomeClass``.
        package var outcomes = [Int](repeating: 0, count: OutcomeClass.allCases.count)
        /// Executions of the keys that these herds asked for.
        package var executions = 0
        /// Of these, what nothing justified.
        package var duplicates = 0
        /// Breaches of any rule that concern these keys.
        package var violations = 0

        /// A stretch in which no herd has come.
        package init(_ bounds: Range<Int64>) {
            low = bounds.lowerBound
            high = bounds.upperBound
        }

        /// The calls that were answered.
        package var calls: Int { outcomes.reduce(0, +) }

        /// Executions a herd, those included that were there before it; nil without a herd.
        package var executionsPerHerd: Double? { herds == 0 ? nil : Double(executions) / Double(herds) }
    }

    /// The event: `publication`, for example.
    package var event: String
    /// The steps of the sweep, in order of time.
    package var steps: [Step]
    /// Herds that came earlier or later than was swept.
    package var outside = 0
    /// Rounds in which the event did not happen, or no call of the herd was made.
    package var missed = 0

    /// Evidence of no herd.
    package init(event: String, steps: [Range<Int64>]) {
        self.event = event
        self.steps = steps.map { Step($0) }
    }

    /// All that came within the sweep.
    package var total: Step { sum { _ in true } }

    /// All that came in some of the steps; its bounds are those of the sweep.
    package func sum(where belongs: (Step) -> Bool) -> Step {
        let bounds = (steps.first?.low ?? 0)..<max(steps.last?.high ?? 1, (steps.first?.low ?? 0) + 1)
        return steps.filter(belongs).reduce(into: Step(bounds)) { $0.add($1) }
    }

    /// Those of another process as well; nil if it swept something else.
    func adding(_ other: EdgeEvidence) -> EdgeEvidence? {
        guard event == other.event, steps.map(\.low) == other.steps.map(\.low) else { return nil }
        var sum = self
        for index in steps.indices { sum.steps[index].add(other.steps[index]) }
        sum.outside += other.outside
        sum.missed += other.missed
        return sum
    }
}

extension EdgeEvidence.Step {
    fileprivate mutating func add(_ other: EdgeEvidence.Step) {
        herds += other.herds
        for index in outcomes.indices { outcomes[index] += other.outcomes[index] }
        executions += other.executions
        duplicates += other.duplicates
        violations += other.violations
    }
}
