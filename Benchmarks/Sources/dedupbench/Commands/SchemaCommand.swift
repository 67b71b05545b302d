internal import ArgumentParser
internal import Workloads

/// `dedupbench schema`
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of scenario files, for editors.",
        discussion: """
            Examples:
              dedupbench schema > Fixtures/scenarios/scenario.schema.json

            A scenario that begins with `# yaml-language-server: $schema=scenario.schema.json` is then completed and \
            checked while it is written.
            """)

    func run() { Console.out(ScenarioSchema.text) }
}
