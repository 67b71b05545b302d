internal import ArgumentParser
internal import Caching
internal import DedupBenchKit
internal import DedupVerification
internal import Judging
internal import LoadGeneration
internal import Reporting
internal import Workloads

/// `dedupbench list`
struct ListCommand: BenchCommand {
    /// What can be listed.
    enum Topic: String, CaseIterable, ExpressibleByArgument {
        case scenarios, subjects, policies, gates
    }

    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists scenarios, subjects, eviction policies, or the metrics that gates may name.",
        discussion: """
            Examples:
              dedupbench list
              dedupbench list subjects
              dedupbench list gates
            """)

    @Argument(help: "What to list. Default: everything.")
    var topic: Topic?

    func run(_ arguments: [String], in context: CommandContext) -> Int32 {
        let console = context.console
        for topic in topic.map({ [$0] }) ?? Topic.allCases {
            console.out(table(of: topic, in: context.subjects).text(console.terminal))
            if self.topic == nil, topic != Topic.allCases.last { console.out("\n") }
        }
        return 0
    }

    private func table(of topic: Topic, in catalog: SubjectCatalog) -> TerminalTable {
        switch topic {
        case .scenarios: scenarios
        case .subjects: subjects(catalog)
        case .policies: policies
        case .gates: gates
        }
    }

    private var scenarios: TerminalTable {
        var table = TerminalTable([("scenario", .left), ("", .left)])
        for file in ScenarioFile.known {
            do throws(ScenarioError) {
                table.append([.init(file), .init(try ScenarioLoader.load(file: file).description)])
            } catch {
                table.append([.init(file), .init("cannot be used: \(error)", .bad)])
            }
        }
        return table
    }

    private func subjects(_ catalog: SubjectCatalog) -> TerminalTable {
        var table = TerminalTable([("subject", .left), ("", .left)])
        for subject in catalog.all {
            table.append([.init(subject.name), .init(subject.summary)])
        }
        return table
    }

    private var policies: TerminalTable {
        var table = TerminalTable([("policy", .left)])
        for policy in EvictionPolicyKind.allCases { table.append([.init(policy.rawValue)]) }
        return table
    }

    private var gates: TerminalTable {
        var table = TerminalTable([("metric", .left), ("units", .left), ("", .left)])
        for metric in Metric.all {
            let units = metric.definition.dimension.units.map(\.name).joined(separator: " ")
            table.append([.init(metric.name), .init(units), .init(metric.definition.explanation)])
        }
        return table
    }
}

/// `dedupbench schema`
struct SchemaCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of scenario files, for editors.",
        discussion: """
            Examples:
              dedupbench schema > Fixtures/scenarios/scenario.schema.json

            A scenario that begins with `# yaml-language-server: $schema=scenario.schema.json` is then completed and \
            checked while it is written.
            """)

    func run(_ arguments: [String], in context: CommandContext) -> Int32 {
        context.console.out(ScenarioSchema.text)
        return 0
    }
}
