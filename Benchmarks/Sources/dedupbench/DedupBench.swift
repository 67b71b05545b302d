internal import ArgumentParser

/// Proves, under load, that a deduplicating subject executes nothing twice.
@main
struct DedupBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dedupbench",
        abstract: "Proves under load that the same work is never executed twice, and measures what that costs.",
        discussion: """
            Examples:
              dedupbench run                        the duplicate storm
              dedupbench run --subject reference    the design that it replaces
              dedupbench run git-steps              real git commands
              dedupbench list subjects              what can be driven
              dedupbench micro                      ns and allocations an operation
              dedupbench selftest                   broken subjects: each is caught

            Exit codes: 0 every gate passed; 1 internal error; 2 a gate failed or a violation was found; 3 the subject \
            hung; 6 results cannot be written; 64 wrong usage; 65 bad scenario or trace; 75 inconclusive or \
            invalid; 130 interrupted (143 by SIGTERM), with a partial report.
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, ListCommand.self, MicroCommand.self, SelftestCommand.self, SchemaCommand.self,
        ])

    static func main() async {
        Console.outliveReaders()
        await main(nil)
    }
}
