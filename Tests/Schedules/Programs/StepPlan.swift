/// What one execution of a step does, drawn when it begins.
struct StepPlan: Sendable {
    /// What the step does when it is cancelled.
    enum CancellationManner: Sendable, CaseIterable {
        /// Stops at its next suspension.
        case honours
        /// Notices at its end.
        case honoursLate
        /// Goes on to its end and returns a value.
        case ignores
    }

    /// Nanoseconds of each suspension; 0 for a bare yield.
    var pauses: [UInt64]
    /// The key that it asks for itself, and before which of its pauses.
    var nested: (key: Int, before: Int)?
    /// Whether the failure of that makes it fail.
    var passesErrorsOn: Bool
    var fails: Bool
    var manner: CancellationManner

    init(key: Int, program: Program, _ random: inout SeededGenerator) {
        pauses = (0..<random.below(5)).map { _ in
            random.chance(0.25) ? 0 : UInt64(random.number(1...25)) * 1_000
        }
        if program.features.contains(.recursion), random.chance(0.45) {
            nested = (random.below(program.keys.count), random.number(0...pauses.count))
        }
        passesErrorsOn = random.chance(0.5)
        fails = random.chance(program.keys[key].failureRate)
        manner = random.element(of: CancellationManner.allCases)
    }
}
