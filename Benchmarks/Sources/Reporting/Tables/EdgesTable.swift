internal import DedupVerification
internal import Evidence
internal import Judging

extension RunReport {
    /// `edges.csv`: what herds met that came at an event, a row a step of the sweep; nil where no phase has an edge.
    package var edgesTable: CSVTable? {
        guard subjects.contains(where: { $0.phases.contains { $0.edge != nil } }) else { return nil }
        let outcomes = OutcomeClass.allCases.filter { $0 != .invalidated }
        var table = CSVTable(
            columns: [
                "run_id", "subject", "strategy", "phase", "event", "offset_low_ns", "offset_high_ns", "herds",
            ] + outcomes.map(\.column) + [
                "executions", "duplicate_executions", "violations", "herds_outside", "herds_missed",
            ])
        for subject in subjects {
            for phase in subject.phases {
                guard let edge = phase.edge else { continue }
                for step in edge.steps {
                    let first: [CSVCell] = [
                        .text(identity.id), .text(subject.subject), .text(subject.strategyText), .text(phase.name),
                        .text(edge.event), .integer(Int(step.low)), .integer(Int(step.high)), .integer(step.herds),
                    ]
                    let answers = outcomes.map { CSVCell.integer(step.outcomes[Int($0.rawValue)]) }
                    table.append(
                        first + answers + [
                            .integer(step.executions), .integer(step.duplicates), .integer(step.violations),
                            .integer(edge.outside), .integer(edge.missed),
                        ])
                }
            }
        }
        return table
    }
}

extension OutcomeClass {
    /// The column in which such calls are counted.
    fileprivate var column: String {
        switch self {
        case .hit: "hits"
        case .joined: "joins"
        case .executed, .rejected, .stale, .failed, .missed, .abandoned, .invalidated: name
        }
    }
}
