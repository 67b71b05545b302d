internal import Foundation
internal import Statistics

/// Which arm is the best of all in one metric of one phase.
package struct BestArm: Hashable, Sendable {
    /// The phase.
    package let phase: String
    /// What was measured.
    package let metric: Metric
    /// The arm, which may be the reference; nil where none is surely the best.
    package let arm: String?

    /// A finding.
    package init(phase: String, metric: Metric, arm: String?) {
        self.phase = phase
        self.metric = metric
        self.arm = arm
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
    package static func best(
        _ metrics: [ComparedMetric], reference: String, without broken: Set<String> = []
    ) -> [BestArm] {
        var groups: [[ComparedMetric]] = []
        for metric in metrics {
            let place = groups.firstIndex { $0[0].phase == metric.phase && $0[0].metric == metric.metric }
            if let place { groups[place].append(metric) } else { groups.append([metric]) }
        }
        let rated = groups.map { chances(of: $0, reference: reference, without: broken) }
        var adjusted = Holm.adjusted(rated.flatMap { $0.map(\.chance) })[...]
        return zip(groups, rated).map { group, arms in
            let chances = adjusted.prefix(arms.count)
            adjusted = adjusted.dropFirst(arms.count)
            let found = zip(arms, chances).first { $1 <= ComparisonVerdict.chance }?.0.arm
            return BestArm(phase: group[0].phase, metric: group[0].metric, arm: found)
        }
    }

    /// Of each arm the chance of what was observed if it were not better than all others.
    private static func chances(
        of group: [ComparedMetric], reference: String, without broken: Set<String>
    ) -> [(arm: String, chance: Double)] {
        var arms = [(name: reference, values: group[0].reference)]
        arms += group.map { ($0.arm, $0.candidate) }
        arms.removeAll { broken.contains($0.name) }
        let floor = group[0].floor
        return arms.map { one in
            let others = arms.filter { $0.name != one.name }
            let chances = others.map { other -> Double in
                let worsening = ComparedMetric.logarithms(other.values, over: one.values, group[0].metric)
                guard !worsening.isEmpty, worsening.allSatisfy(\.isFinite) else { return 1 }
                return SignedRankTest.chanceOfMore(worsening, than: floor)
            }
            // Where all others break promises, the one that is left is the best.
            return (one.name, chances.max() ?? 0)
        }
    }
}
