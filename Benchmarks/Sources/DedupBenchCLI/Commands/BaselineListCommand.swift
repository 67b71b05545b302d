internal import ArgumentParser
internal import Judging
internal import Reporting

/// `dedupbench baseline list`
struct BaselineListCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the baselines: what they are of, and when they were made.",
        discussion: """
            Examples:
              dedupbench baseline list
              dedupbench baseline list --out my/results --format csv
            """)

    @OptionGroup var folder: BaselineFolderOptions

    @Option(help: "What is printed: a table, JSON or CSV.")
    var format = OutputFormat.text

    /// One that cannot be read is said, and the others are listed.
    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let (store, console) = (folder.store, context.console)
        var baselines: [Baseline] = []
        var isWhole = true
        for name in store.names {
            do throws(BaselineError) {
                baselines.append(try store.baseline(name))
            } catch {
                console.error("\(DedupBenchCommand.program): \(error)\n")
                isWhole = false
            }
        }
        let list = BaselineList(baselines)
        switch format {
        case .json: console.out(list.json)
        case .csv: console.out(list.table.text)
        case .text:
            console.out(
                baselines.isEmpty && isWhole
                    ? "there are no baselines in \(store.folder); `run --save-baseline NAME` makes one\n"
                    : list.text(console.terminal))
        }
        return isWhole ? 0 : Failure.Code.badScenario.rawValue
    }
}

/// `dedupbench baseline show`
struct BaselineShowCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows the runs of a baseline and their figures.",
        discussion: """
            Examples:
              dedupbench baseline show main
              dedupbench baseline show main --format csv > main.csv
            """)

    @Argument(help: "The name of the baseline.")
    var name: String

    @OptionGroup var folder: BaselineFolderOptions

    @Option(help: "What is printed: tables, JSON or CSV.")
    var format = OutputFormat.text

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let report = BaselineReport(try folder.store.read(name))
        switch format {
        case .json: context.console.out(report.json)
        case .csv: context.console.out(report.table.text)
        case .text: context.console.out(report.text(context.console.terminal))
        }
        return 0
    }
}
