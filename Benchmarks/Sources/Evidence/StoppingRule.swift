/// Ends a phase whose length depends on what it shows. What generates load measures and asks; what judges evidence answers.
package protocol StoppingRule: Sendable {
    /// Whether a memory phase is to go on, as long as the scenario lets it, until its growth is decided.
    func asksAboutGrowth(in phase: String) -> Bool

    /// Whether growth is told from none in what a phase has measured so far.
    func isDecided(_ memory: MemoryEvidence, in phase: String) -> Bool

    /// Whether a subject is steady after what a warm-up has measured so far.
    func isSteady(_ warmUp: WarmUpEvidence) -> Bool
}
