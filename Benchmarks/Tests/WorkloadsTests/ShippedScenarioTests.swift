internal import Foundation
internal import Testing
internal import Workloads

@Suite struct ShippedScenarioTests {
    @Test func allScenariosAreFound() {
        #expect(Fixtures.scenarios.count >= 10 && Fixtures.scenarios.contains("duplicate-storm"))
    }

    @Test(arguments: Fixtures.scenarios) func loadsWithoutProblem(name: String) throws {
        let scenario = try ScenarioLoader.load(file: Fixtures.scenario(name))
        #expect(scenario.name == name)
        #expect(!scenario.gates.isEmpty)
    }

    @Test(arguments: Fixtures.scenarios) func resolvedTextLoadsBackEqual(name: String) throws {
        let scenario = try ScenarioLoader.load(file: Fixtures.scenario(name))
        let again = try ScenarioLoader.load(yaml: scenario.resolvedYAML, named: "resolved")
        #expect(again == scenario)
    }

    @Test(arguments: Fixtures.scenarios) func pointsEditorsAtTheSchema(name: String) throws {
        #expect(try Fixtures.text(name).hasPrefix("# yaml-language-server: $schema=scenario.schema.json\n"))
    }

    @Test func committedSchemaIsTheOneTheLoaderReadsBy() throws {
        let file = "\(Fixtures.root)/scenarios/scenario.schema.json"
        if ProcessInfo.processInfo.environment["DEDUP_UPDATE_FIXTURES"] == "1" {
            try ScenarioSchema.text.write(toFile: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == ScenarioSchema.text)
    }
}
