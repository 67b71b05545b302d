import DedupBenchCLI
import Foundation
import Reporting
import Testing

/// What measures for minutes asks first whether it can write what it is told to.
@Suite(.serialized) final class UnwritableOptionTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    private static let commands = [
        ["micro", "--csv"], ["micro", "--json"], ["scale", "--csv"], ["selftest", "--csv"], ["instructions", "--json"],
    ]

    /// A folder, and a file in a folder that is not there.
    @Test(arguments: commands, ["", "/none/of.these"])
    func nothingIsMeasuredForAFileThatCannotBeWritten(command: [String], end: String) async {
        let path = bench.folder + end
        let result = await bench.run(command + [path])
        #expect(result.code == 6 && result.error.contains("cannot write \(path)"), "\(result.error)")
        #expect(result.out == "" && !result.error.contains("measuring") && !result.error.contains("counting"))
    }

    @Test func noRateIsSearchedForAFileThatCannotBeWritten() async throws {
        let scenario = try bench.write(
            Scenarios.storm.replacingOccurrences(
                of: "model: closed, clients: 4, operations: 4000",
                with: "model: constant, rate: 100/s, clients: 4, duration: 1s"))
        let result = await bench.run(["capacity", scenario, "--csv", bench.folder])
        #expect(result.code == 6 && result.error.contains("cannot write \(bench.folder)"), "\(result.error)")
        #expect(result.out == "")
    }

    @Test func askingChangesNothing() throws {
        let (old, new, pipe) = (bench.folder + "/old.csv", bench.folder + "/new.csv", bench.folder + "/pipe")
        try "precious".write(toFile: old, atomically: true, encoding: .utf8)
        #expect(mkfifo(pipe, 0o600) == 0)
        // A pipe without a reader is one that may get one.
        for path in [old, new, pipe, "/dev/null"] { try BundleFile.checkWritable(path) }
        #expect(try String(contentsOfFile: old, encoding: .utf8) == "precious")
        #expect(!FileManager.default.fileExists(atPath: new) && FileManager.default.fileExists(atPath: pipe))
        #expect(throws: BundleError.self) { try BundleFile.checkWritable(bench.folder) }
        // A link to what is not there yet, and one to where nothing can be.
        let (link, broken) = (bench.folder + "/link", bench.folder + "/broken")
        #expect(symlink("target.csv", link) == 0 && symlink("none/target.csv", broken) == 0)
        try BundleFile.checkWritable(link)
        #expect(!FileManager.default.fileExists(atPath: bench.folder + "/target.csv"))
        #expect(throws: BundleError.self) { try BundleFile.checkWritable(broken) }
        // The reader of a pipe is not told that there is nothing to read.
        let reader = open(pipe, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try BundleFile.checkWritable(pipe)
        var waiting = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        #expect(poll(&waiting, 1, 0) == 0)
    }
}
