/// Judges a schedule that has come to its end.
struct Oracle {
    /// What is wrong, in sentences.
    let problems: [String]

    init(_ evidence: Evidence) {
        var problems = AnswerOracle(evidence).problems
        problems += HistoryOracle(evidence).problems
        problems += PromptnessOracle(evidence).problems
        problems += AbandonmentOracle(evidence).problems
        if let core = evidence.core {
            problems += StatisticsOracle(evidence, core).problems
            problems += EventOracle(evidence, core).problems
            problems += RecordOracle(evidence, core).problems
        }
        self.problems = problems
    }
}
