internal import ArgumentParser
internal import Foundation
internal import Measurement
internal import Reporting

/// `dedupbench micro`
struct MicroCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro",
        abstract: "Measures nanoseconds, allocations and bytes an operation, each beside a control of the same run.",
        discussion: """
            Examples:
              dedupbench micro
              dedupbench micro --filter 'cache hit' --csv micro.csv
              dedupbench micro --filter fingerprint --rounds 31
              dedupbench micro --list

            Numbers of a debug build say nothing: build with `swift build -c release`. Targets are for the machine they \
            were set on; `met` is a note, not a gate, so the exit code does not depend on it.
            """)

    @Option(help: "Measure only what has this text in its name.")
    var filter: String?

    @Option(help: ArgumentHelp("Write the rows to this file as CSV, too.", valueName: "path"))
    var csv: String?

    @Option(help: "How many rounds; 6 or more.")
    var rounds = 15

    @Flag(help: "Print the names of what can be measured.")
    var list = false

    func validate() throws {
        guard rounds >= 6 else { throw ValidationError("--rounds must be 6 or more: fewer give no interval") }
        guard !chosen.isEmpty else {
            throw ValidationError("nothing has `\(filter ?? "")` in its name; --list prints the names")
        }
    }

    private var chosen: [MicroCase] {
        MicroCase.all.filter { filter.map($0.name.localizedCaseInsensitiveContains) ?? true }
    }

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let console = context.console
        if list {
            console.out(chosen.map { $0.name + "\n" }.joined())
            return 0
        }
        let table = MicroTable(results: try await measure(console))
        console.out(table.lines(console.terminal).joined(separator: "\n") + "\n")
        if let csv { try write(table.csv.text, to: csv) }
        return 0
    }

    private func measure(_ console: Console) async throws -> [MicroResult] {
        let engine = try engine()
        if !MachineEnvironment.current().isOptimized {
            console.error("this is a debug build: its numbers say nothing\n")
        }
        var results: [MicroResult] = []
        for item in chosen {
            console.error("measuring: \(item.name)\n")
            results += try await item.measure(engine)
        }
        return results
    }

    private func engine() throws(Failure) -> MicroEngine {
        do throws(JemallocError) {
            let allocator = try Jemalloc()
            return MicroEngine(rounds: rounds, allocator: allocator, counter: try AllocationCounter(allocator))
        } catch {
            throw Failure("\(error)", .internalError)
        }
    }

    private func write(_ text: String, to path: String) throws(Failure) {
        do throws(BundleError) {
            try BundleFile.write(text, to: path)
        } catch {
            throw Failure("cannot \(error.action) \(error.path): \(error.reason)", .cannotWrite)
        }
    }
}
