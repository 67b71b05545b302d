import DedupBenchCLI
import Foundation
import LoadGeneration
import Simulation
import Synchronization

/// Runs commands in this process, in a folder of the test's own: what they print is caught, and load is generated in simulated
/// time unless the test says otherwise.
struct Bench {
    struct Result {
        let code: Int32
        let out: String
        let error: String
    }

    /// A folder of the test's own, which it must remove.
    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    var results: String { folder + "/results" }

    /// Runs a command to its end.
    func run(
        _ arguments: [String], on machine: any Machine = SimulatedMachine(), workers: Int = 2,
        interruption: Interruption = Interruption(), subjects: SubjectCatalog = SubjectCatalog()
    ) async -> Result {
        let printed = Printed()
        var context = printed.context(machine, workers: workers, interruption: interruption)
        context.subjects = subjects
        let code = await DedupBenchCommand.run(arguments, in: context)
        return Result(code: code, out: printed.out, error: printed.error)
    }

    /// Runs a scenario into a results folder of the test's own.
    func run(
        scenario: String, _ arguments: [String] = [], on machine: any Machine = SimulatedMachine(), workers: Int = 2,
        interruption: Interruption = Interruption(), subjects: SubjectCatalog = SubjectCatalog()
    ) async throws -> Result {
        await run(
            ["run", try write(scenario), "--out", results] + arguments, on: machine, workers: workers,
            interruption: interruption, subjects: subjects)
    }

    /// The subjects, and the honest one of the self-test: all that it does takes simulated time, which the tasks of the library would
    /// not wait for.
    static var withHonest: SubjectCatalog {
        get throws { try SubjectCatalog(adding: [DefectiveSubject.blueprint(.honest)]) }
    }

    /// Writes a scenario file and returns its path.
    func write(_ scenario: String) throws -> String {
        let path = folder + "/scenario.yaml"
        try scenario.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// A file of the newest bundle.
    func file(_ name: String) throws -> String {
        try String(contentsOfFile: results + "/latest/" + name, encoding: .utf8)
    }

    /// The rows of a table of the newest bundle whose cells hold no commas.
    func rows(_ name: String) throws -> [[String: String]] {
        let lines = try file(name).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        return lines.dropFirst().map { line in
            Dictionary(uniqueKeysWithValues: zip(lines[0].map(String.init), line.map(String.init)))
        }
    }

    /// `run.json` of the newest bundle.
    func manifest() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(try file("run.json").utf8))
        return object as? [String: Any] ?? [:]
    }
}

/// What a command has printed.
final class Printed: Sendable {
    private let texts = Mutex((out: "", error: ""))

    var out: String { texts.withLock { $0.out } }
    var error: String { texts.withLock { $0.error } }

    /// A console of which everything is caught here.
    ///
    /// - Parameter columns: How wide the terminal is on which progress is shown; nil: there is none.
    func console(environment: [String: String] = [:], columns: Int? = nil) -> Console {
        Console(
            errorIsTerminal: columns != nil, errorColumns: { columns }, environment: environment,
            out: { text in self.texts.withLock { $0.out += text } },
            error: { text in self.texts.withLock { $0.error += text } })
    }

    /// A context of which everything is caught here.
    func context(
        _ machine: any Machine = SimulatedMachine(), workers: Int = 2, interruption: Interruption = Interruption()
    ) -> CommandContext {
        CommandContext(
            console: console(), interruption: interruption, machine: machine, workers: workers, commit: { "abc1234" })
    }
}
