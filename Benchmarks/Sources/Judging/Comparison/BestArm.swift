internal import Foundation
internal import Statistics

/// Which arm is the best of all in one metric of one phase.
package struct BestArm: Hashable, Sendable {
    /// What was found.
    package enum Finding: Hashable, Sendable {
        /// This arm, which may be the reference, is better than every other one.
        case surely(String)
        /// All others break promises.
        case onlyOneLeft(String)
        /// Chance alone may tell the best one from others, or the figures of an arm are missing or cannot be trusted.
        case none
        /// So few rounds could not tell, whatever they come to.
        case tooFewRounds
    }

    /// The phase.
    package let phase: String
    /// What was measured.
    package let metric: Metric
    /// What was found.
    package let finding: Finding

    /// A finding.
    package init(phase: String, metric: Metric, finding: Finding) {
        self.phase = phase
        self.metric = metric
        self.finding = finding
    }

    /// The arm, where there is one.
    package var arm: String? {
        switch finding {
        case .surely(let arm), .onlyOneLeft(let arm): arm
        case .none, .tooFewRounds: nil
        }
    }
}

extension Comparison {
    /// The best arm in each metric of each phase, where one surely is: where every other arm is worse than it by more than the
    /// reference differs from itself.
    ///
    /// It is worse if the exact signed-rank test of the rounds says so. An arm is better than all others only if each of these tests
    /// finds that, so the largest of their chances is its own (R. Berger, "Multiparameter Hypothesis Testing and Acceptance
    /// Sampling", 1982); those of all arms, metrics and phases are adjusted by Holm's method, at 2.5 %.
    ///
    /// - Parameters:
    ///   - metrics: What was measured in the arms beside the reference.
    ///   - reference: What the reference is called.
    ///   - broken: Arms that break promises: none of them is the best, however fast it is, and none is in the way of another one.
    ///   - untrusted: Arms whose figures cannot be trusted: while there is one, none is surely the best.
    package static func best(
        _ metrics: [ComparedMetric], reference: String, without broken: Set<String> = [],
        doubting untrusted: Set<String> = []
    ) -> [BestArm] {
        var groups: [[ComparedMetric]] = []
        for metric in metrics {
            let place = groups.firstIndex { $0[0].phase == metric.phase && $0[0].metric == metric.metric }
            if let place { groups[place].append(metric) } else { groups.append([metric]) }
        }
        let rated = groups.map { chances(of: $0, reference: reference, without: broken, doubting: untrusted) }
        var adjusted = Holm.adjusted(rated.flatMap { $0.map(\.chance) })[...]
        let tests = adjusted.count
        return zip(groups, rated).map { group, arms in
            let chances = adjusted.prefix(arms.count)
            adjusted = adjusted.dropFirst(arms.count)
            let found = zip(arms, chances).first { $1 <= ComparisonVerdict.chance }?.0.arm
            let least = exp2(-Double(group[0].reference.count)) * Double(tests)
            let finding: BestArm.Finding =
                if arms.count == 1 { .onlyOneLeft(arms[0].arm) } else if let found { .surely(found) } else {
                    arms.count > 1 && least > ComparisonVerdict.chance ? .tooFewRounds : .none
                }
            return BestArm(phase: group[0].phase, metric: group[0].metric, finding: finding)
        }
    }

    /// Of each arm the chance of what was observed if it were not better than all others.
    private static func chances(
        of group: [ComparedMetric], reference: String, without broken: Set<String>, doubting untrusted: Set<String>
    ) -> [(arm: String, chance: Double)] {
        var arms = [(name: reference, values: group[0].reference)]
        arms += group.map { ($0.arm, $0.candidate) }
        arms.removeAll { broken.contains($0.name) }
        let isTold = !arms.contains { untrusted.contains($0.name) }
        return arms.map { one in
            guard isTold, let floor = group[0].floor else { return (one.name, 1) }
            let chances = arms.filter { $0.name != one.name }.map { other -> Double in
                let worsening = group[0].logarithms(other.values, over: one.values)
                guard !worsening.isEmpty, worsening.allSatisfy(\.isFinite) else { return 1 }
                return SignedRankTest.chanceOfMore(worsening, than: floor)
            }
            return (one.name, chances.max() ?? 1)
        }
    }
}
