internal import Yams

extension Scenario {
    /// The scenario as YAML with every default written out: what `scenario.resolved.yaml` holds. It loads back to an
    /// equal scenario.
    package var resolvedYAML: String {
        get throws {
            let body = try Yams.serialize(
                node: ScenarioFormat.scenario.type.write(self), indent: 2, width: -1, allowUnicode: true,
                sequenceStyle: .block, mappingStyle: .block)
            return "# Every field of the scenario as it was run, defaults included.\n" + body
        }
    }
}
