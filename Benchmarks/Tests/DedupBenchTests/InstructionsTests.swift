import Foundation
import Testing

@Suite(.serialized) final class InstructionsTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    /// Scripts/test.sh installs it.
    static let hasValgrind = ["/usr/bin/valgrind", "/usr/local/bin/valgrind"]
        .contains(where: FileManager.default.isExecutableFile)

    /// Few instructions, because a debug build takes many for everything.
    private func count(_ options: [String], environment: [String: String] = [:]) throws -> Bench.Result {
        let counted = ["instructions", "--filter", "JSON context", "--instructions", "1000000"]
        return try Child(counted + options, in: bench, environment: environment).finish()
    }

    @Test(.enabled(if: hasValgrind, "valgrind is not there")) func theSameProgramTakesTheSameInstructions() throws {
        let path = bench.folder + "/counts.json"
        let first = try count(["--json", path])
        #expect(first.code == 0, "\(first.error)")
        #expect(first.out.contains("fingerprint, 200-byte JSON context"))
        // The starts of two processes differ by more than the few operations that are counted here.
        let same = try count(["--baseline", path, "--limit", "5"])
        #expect(same.code == 0 && same.out.contains("NO REGRESSION"), "\(same.out)\(same.error)")

        let text = try String(contentsOfFile: path, encoding: .utf8)
        let before = try #require(text.firstMatch(of: /"instructions_per_op" : ([0-9.]+)/))
        let half = "\"instructions_per_op\" : \((Double(before.1) ?? 0) / 2)"
        let gone = "\"rows\" : [{\(half), \"name\" : \"JSON context, another\"},"
        try text.replacing(before.0, with: half).replacing("\"rows\" : [", with: gone)
            .write(toFile: path, atomically: true, encoding: .utf8)
        let worse = try count(["--baseline", path])
        #expect(worse.code == 2 && worse.out.contains("REGRESSION"), "\(worse.out)\(worse.error)")
        #expect(worse.out.contains("JSON context, another is in the baseline and was not counted"))
    }

    @Test func whatCanBeCountedIsListed() async throws {
        let result = await bench.run(["instructions", "--list"])
        #expect(result.code == 0, "\(result.error)")
        for name in ["cache hit, 10000 entries", "execute, missed", "registry, answered from the cache, typed input"] {
            #expect(result.out.contains(name + "\n"), "\(name)")
        }
        #expect(!result.out.contains("waiters") && !result.out.contains("1000000"))
    }

    @Test func withoutValgrindItIsSixtyNine() throws {
        let tools = try Child.folder(with: ["sh", "strip", "git"], in: bench)
        let result = try count([], environment: ["PATH": tools])
        #expect(result.code == 69 && result.error.contains("install it"), "\(result.code): \(result.error)")
    }

    @Test(arguments: [["--filter", "nothing like it"], ["--limit", "-1"], ["--instructions", "0"]])
    func whatCannotBeCountedIsSixtyFour(options: [String]) async throws {
        #expect(await bench.run(["instructions"] + options).code == 64)
    }

    @Test(
        arguments: [
            (["--package", "Bench"], "--package: nothing is built without --rev"),
            (["--rev", "main", "--baseline", "file.json"], "not against both"),
            (["--rev", "main", "--package", "/tmp"], "as it is seen from that of the repository"),
        ]) func whatHasNoMeaningTogetherIsRefused(options: [String], problem: String) async throws
    {
        let result = await bench.run(["instructions"] + options)
        #expect(result.code == 64 && result.error.contains(problem), "\(result.error)")
    }

    @Test func aBaselineThatCannotBeReadIsNamedBeforeAnythingIsCounted() async throws {
        let result = await bench.run(["instructions", "--baseline", bench.folder + "/none.json"])
        #expect(result.code == 65 && result.error.contains("none.json") && !result.error.contains("counting"))
    }
}
