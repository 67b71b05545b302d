package import Workloads

/// Drives subjects through the phases of a scenario.
///
/// The request streams are drawn once, in `init`, so every subject gets the same requests.
package final class LoadRunner: Sendable {
    /// The scenario that is run.
    package let scenario: Scenario
    let configuration: LoadConfiguration
    let stop: StopSignal
    let progress: (@Sendable (LoadProgress) -> Void)?
    let streams: [RequestStream]

    /// Draws the requests of all phases.
    ///
    /// - Throws: ``LoadError``, or `TraceError`.
    package init(
        _ scenario: Scenario, configuration: LoadConfiguration = LoadConfiguration(), stop: StopSignal = StopSignal(),
        progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) throws {
        try configuration.validate()
        self.scenario = scenario
        self.configuration = configuration
        self.stop = stop
        self.progress = progress
        let builder = try StreamBuilder(scenario)
        streams = scenario.phases.map { builder.stream(for: $0) }
    }

    /// The requests of a phase.
    package func stream(ofPhase number: Int) -> RequestStream { streams[number] }
}
