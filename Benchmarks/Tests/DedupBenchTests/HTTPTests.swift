import DedupBenchCLI
import Foundation
import Glibc
import LoadGeneration
import Testing

/// `dedupbench http`. Real servers are driven by `Scripts/http.sh`; here the service is the command's own origin, which
/// executes whatever it is asked for.
@Suite(.timeLimit(.minutes(10)), .serialized) struct HTTPTests {
    #if HTTP
    private static let scenario = """
        schema_version: 1
        name: web
        workload:
          keys: {distribution: burst, count: 4, skew: 0, burst: CLIENTS}
          operation: {latency: 5ms, value_size: 100B, failures: FAILURES}
        phases: [{name: calls, model: closed, clients: CLIENTS, operations: 16}]
        gates: [dedup.prevented == 100%]
        """

    private func drive(
        clients: Int = 4, failures: String = "0%", path: String = "/a/{key}?x=1", _ options: [String] = []
    ) async throws -> Bench.Result {
        let bench = try Bench()
        defer { bench.remove() }
        let text = Self.scenario.replacingOccurrences(of: "CLIENTS", with: "\(clients)")
            .replacingOccurrences(of: "FAILURES", with: failures)
        let port = "\(try Self.freePort())"
        return await bench.run(
            [
                "http", "http://127.0.0.1:\(port)\(path)", try bench.write(text), "--origin", port, "--out",
                bench.results,
            ]
                + options, on: RealMachine())
    }

    /// A port of the loopback interface that is free now.
    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        try #require(bound)
        return UInt16(bigEndian: address.sin_port)
    }

    @Test(arguments: [[], ["--identify", "header:Dedup-Execution"]])
    func executionsAtTheSameTimeAreProvedAtTheOrigin(_ options: [String]) async throws {
        let result = try await drive(options + ["--ttl", "fixed:10m"])
        #expect(result.code == 2 && result.out.contains(" overlap"), "\(result.out)\(result.error)")
        #expect(result.out.contains("proved: every execution was logged at the origin"))
        #expect(!result.out.contains("corrupt_value") && !result.out.contains("unknown_execution"))
    }

    /// One client after the other meets nothing: no verdict, and no accusation either, whether executions fail or not.
    @Test(arguments: ["0%", "100%"]) func callsThatMeetNothingProveNothing(failures: String) async throws {
        let result = try await drive(clients: 1, failures: failures, ["--ttl", "fixed:1ms"])
        #expect(result.code == 75 && !result.out.contains("violations:"), "\(result.out)\(result.error)")
    }

    @Test func anErrorOfTheServiceIsNoExecution() async throws {
        // The origin finds no key in this path.
        let result = try await drive(path: "/{key}/nothing")
        #expect(result.code == 2 && result.out.contains("16 unexplained_failure"), "\(result.out)\(result.error)")
        #expect(result.out.contains("16 calls failed: the service answered with status 404"))
        #expect(result.out.contains("nothing was proved: no request with a key has reached the origin"))
        let allowed = try await drive(path: "/{key}/nothing", ["--allow-errors"])
        #expect(allowed.code == 75, "\(allowed.out)\(allowed.error)")
    }

    @Test func theKeyMayBeInAHeader() async throws {
        let result = try await drive(path: "/", ["--header", "Dedup-Key: {key}", "--ttl", "fixed:10m"])
        #expect(result.code == 2 && result.out.contains(" overlap"), "\(result.out)\(result.error)")
    }

    @Test func withoutAnOriginTheReportSaysWhatWasNotProved() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let port = try Self.freePort()
        let result = await bench.run(
            [
                "http", "http://127.0.0.1:\(port)/{key}", "--ttl", "forever", "--identify", "body", "--out",
                bench.results,
            ], on: RealMachine())
        #expect(
            result.code == 69 && result.error.contains("there is no service at 127.0.0.1:\(port)"), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: bench.results + "/latest"))
    }

    @Test(
        arguments: [
            (["ftp://h/{key}"], "is no URL"), (["http://h/"], "all requests are one"),
            (["http://h/{key}", "--header", "nothing"], "is no header"),
            (["http://h/{key}", "--header", "a b: c"], "is no name of a header"),
            (["http://h/{key}", "--method", "get"], "is no method"),
            (["http://h/{key}"], "say what tells executions apart"),
            (["http://h/{key}", "--identify", "body", "--matrix", "seed=1,2"], "put {run} into the request"),
            (["http://h/{key}", "--identify", "x"], "--identify: `x` tells nothing apart"),
            (["http://h/{key}", "--identify", "origin"], "--identify: `origin` tells nothing apart"),
            (["http://h/{key}", "--identify", "none"], "nothing would be proved"),
            (["http://h/{key}", "--origin", "0"], "--origin: a port"),
            (["http://h/{key}", "--origin", "9", "--identify", "body"], "with an origin"),
            (["http://h/{key}", "--origin", "9", "--counter", "http://h"], "--counter: an origin counts"),
            (["http://h/{key}", "--identify", "body", "--counter-field", "a"], "there is no --counter"),
            (["http://h/{key}", "--identify", "body", "--timeout", "5"], "--timeout: `5` cannot be used"),
            (["http://h/{key}", "--identify", "body", "--ttl", "5"], "--set system.cache.ttl=5"),
            (["http://h/{key}", "--subject", "dedup"], "--subject: the subject is the service"),
        ])
    func aWrongOptionIsNamed(_ options: [String], _ message: String) async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let result = await bench.run(["http"] + options + ["--out", bench.results])
        #expect(result.code == 64 && result.error.contains(message), "\(result.error)")
    }
    #else
    @Test func whatIsMissingIsNamed() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let result = await bench.run(["http", "http://127.0.0.1/{key}"])
        #expect(result.code == 69 && result.error.contains("--traits HTTP"), "\(result.error)")
    }
    #endif
}
