import DedupBenchCLI
import DedupVerification
import Foundation
import Testing

/// `dedupbench check`: the log of a system that ran elsewhere.
@Suite struct CheckTests {
    private static let clean = """
        type,key,start,end,execution,outcome,succeeded,kind
        execution,user:7,1000,4000,a1,,true,
        call,user:7,900,4100,a1,executed,,
        call,user:7,1500,4200,a1,joined,,
        call,user:7,9000,9010,a1,hit,,
        """

    private func check(_ log: String, _ options: [String] = ["--ttl", "forever"], name: String = "log.csv") async throws
        -> Bench.Result
    {
        let bench = try Bench()
        defer { bench.remove() }
        let path = bench.folder + "/" + name
        try log.write(toFile: path, atomically: true, encoding: .utf8)
        return await bench.run(["check", path] + options)
    }

    @Test func aCleanLogPasses() async throws {
        let result = try await check(Self.clean)
        #expect(result.code == 0, "\(result.error)")
        #expect(result.out.contains("3 calls, 1 execution and 0 excuses of 1 key"))
        #expect(result.out.contains("answers: hit 1, joined 1, executed 1"))
        #expect(result.out.hasSuffix("PASS\n"))
    }

    @Test func theSameLogAsJSONWithOtherUnitsIsTheSame() async throws {
        let json = """
            {"type":"execution","key":"user:7","start":1.000,"end":4.0,"execution":"a1"}
            {"type":"call","key":"user:7","start":"0.9","end":4.1,"execution":"a1","outcome":null}
            {"type":"call","key":"user:7","start":1.5,"end":4.2,"execution":"a1"}
            {"type":"call","key":"user:7","start":9,"end":9.01,"execution":"a1","host":{"name":"b"}}
               

            """
        let calendar = """
            type,key,start,end,execution
            execution,user:7,2026-11-28T09:30:01Z,2026-11-28T10:30:04.000+01:00,a1
            call,user:7,2026-11-28T09:30:00.9Z,2026-11-28T09:30:04.1Z,a1
            call,user:7,2026-11-28T09:30:01.5Z,2026-11-28T09:30:04.2Z,a1
            call,user:7,2026-11-28T09:30:09Z,2026-11-28T09:30:09.01Z,a1
            """
        let expected = try await check(Self.clean, ["--ttl", "fixed:5us"])
        let fromJSON = try await check(json, ["--ttl", "fixed:5us", "--time-unit", "us"])
        #expect(fromJSON.out.contains("answers: hit 1, joined 1, executed 1"))
        #expect(fromJSON.out.contains("ignored: the columns host"))
        let fromCalendar = try await check(calendar, ["--ttl", "fixed:5s"])
        #expect(fromCalendar.out.split(separator: "\n").dropFirst() == expected.out.split(separator: "\n").dropFirst())
        #expect([expected, fromJSON, fromCalendar].map(\.code) == [0, 0, 0])
    }

    /// Two executions at the same time are none too many where they are of two keys, however alike those are.
    @Test(
        arguments: [
            ("\"caf\u{E9}\"", "\"cafe\u{301}\""), ("18446744073709551614", "18446744073709551615"),
            ("9223372036854775807", "9223372036854775808"),
            ("123456789012345678901234567890123", "123456789012345678901234567890124"),
        ])
    func keysThatDifferAreNotOne(first: String, second: String) async throws {
        let lines = [(first, "\"e\u{E9}\""), (second, "\"ee\u{301}\"")].map { key, id in
            """
            {"type":"execution","key":\(key),"start":10,"end":20,"execution":\(id)}
            {"type":"call","key":\(key),"start":9,"end":21,"execution":\(id)}
            {"type":"call","key":\(key),"start":30,"end":31,"execution":\(id)}
            """
        }
        let result = try await check(lines.joined(separator: "\n"), ["--ttl", "forever"])
        #expect(result.out.contains("2 executions and 0 excuses of 2 keys"), "\(result.out)\(result.error)")
        #expect(result.code == 0, "\(result.out)")
    }

    @Test func aNumberThatCannotBeReadExactlyIsRefused() async throws {
        let key = String(repeating: "9", count: 45)
        let result = try await check(
            #"{"type":"execution","key":\#(key),"start":10,"end":20,"execution":1}"#, ["--ttl", "forever"])
        #expect(
            result.code == 65 && result.error.contains(":1: ") && result.error.contains("38 digits"), "\(result.error)")
    }

    /// Each is found only because the log is held against what was promised.
    @Test(
        arguments: [
            ("execution,user:7,3000,5000,a2,,,", ["--ttl", "none"], "overlap"),
            ("execution,user:7,8000,8500,a2,,,", ["--ttl", "forever"], "unjustified_execution"),
            ("call,user:7,9500,9600,a1,hit,,", ["--ttl", "fixed:5us"], "stale_hit"),
            ("call,user:8,9500,9600,a1,hit,,", ["--ttl", "forever"], "wrong_key"),
            ("call,user:7,9500,,,,,", ["--ttl", "forever"], "lost_call"),
            ("call,user:7,9500,9600,,failed,,", ["--ttl", "forever"], "unexplained_failure"),
            (
                "call,user:7,1500,1600,,rejected,,", ["--ttl", "forever", "--duplicates", "join"],
                "unjustified_rejection"
            ),
            ("excuse,user:7,4500,4600,a1,,,evicted", ["--ttl", "forever", "--capacity", "5"], "premature_eviction"),
            ("excuse,user:7,4500,4600,a1,,,expired", ["--ttl", "fixed:1s"], "premature_expiry"),
            ("call,user:7,9500,9600,zz,hit,,", ["--ttl", "forever"], "unknown_execution"),
        ])
    func aViolationIsFoundAndTold(_ line: String, _ options: [String], _ violation: String) async throws {
        let result = try await check(Self.clean + "\n" + line, options)
        #expect(result.code == 2 && result.out.contains("1 \(violation)\n"), "\(result.out)\(result.error)")
        #expect(result.out.contains("key 0 is `user:7`") || result.out.contains("key 1 is `user:8`"))
    }

    /// Each option is what makes the difference.
    @Test(
        arguments: [
            ("execution,user:7,9500,9600,a2,,,\nexcuse,user:7,9100,9200,a1,,,evicted", [], 0),
            ("execution,user:7,8000,8500,a2,,,\nexecution,user:8,5000,5100,a3,,,", ["--capacity", "1"], 0),
            ("execution,user:7,8000,8500,a2,,,\nexecution,user:8,5000,5100,a3,,,", ["--capacity", "2"], 2),
            ("execution,user:7,8000,8500,a2,,,", ["--allow-early-refresh"], 0),
            ("call,user:7,9500,9600,old,hit,,", ["--excerpt"], 0), ("call,user:7,9500,9600,old,hit,,", [], 2),
            ("call,user:7,9500,9600,old,executed,,", ["--excerpt"], 2),
            ("call,user:8,9500,9600,,missed,,", [], 0), ("call,user:7,9500,9600,,missed,,", [], 2),
            ("call,user:8,9500,9600,,abandoned,,", [], 0),
            ("call,user:7,9500,9600,,invalidated,,\nexecution,user:7,9700,9800,a2,,,", [], 0),
            ("call,user:7,9500,9600,,invalidated,,\ncall,user:7,9700,9800,a1,hit,,", [], 2),
            ("call,user:7,9500,9600,,failed,,", ["--allow-own-errors"], 0),
            (
                "execution,user:9,1000,2000,a2,,false,\ncall,user:9,900,2100,a2,,,\ncall,user:9,2500,2600,a2,failed,,",
                [], 2
            ),
            (
                "execution,user:9,1000,2000,a2,,false,\ncall,user:9,900,2100,a2,,,\ncall,user:9,2500,2600,a2,failed,,",
                ["--failure-ttl", "1us"], 0
            ),
        ])
    func whatIsPromisedIsWhatCounts(_ lines: String, _ options: [String], _ code: Int32) async throws {
        let result = try await check(Self.clean + "\n" + lines, ["--ttl", "forever"] + options)
        #expect(result.code == code, "\(result.out)\(result.error)")
    }

    @Test(arguments: [("9us", "0s", 2), ("9us", "100ns", 0), ("8us", "1us", 0)])
    func clocksMayBeOffByTheirTolerance(_ lifetime: String, _ tolerance: String, _ code: Int32) async throws {
        // Stored at 4,000 or a little later and executed again at 12,950.
        let log = Self.clean + "\nexecution,user:7,12950,13000,a2,,,\n"
        let result = try await check(log, ["--ttl", "fixed:\(lifetime)", "--clock-tolerance", tolerance])
        #expect(result.code == code, "\(result.out)\(result.error)")
    }

    /// Whole seconds may be cut off: a hit in the 65th second may be younger than 60 s. With digits they are what they are.
    @Test(arguments: [("5", "65", 0), ("5", "67", 2), ("5.0", "65.5", 2)])
    func coarseTimesAreNoExactOnes(_ stored: String, _ hit: String, _ code: Int32) async throws {
        let log = """
            type,key,start,end,execution,outcome
            execution,k,1,\(stored),a,
            call,k,1,\(stored),a,executed
            call,k,\(hit),\(hit),a,hit
            """
        let result = try await check(log, ["--ttl", "fixed:60s", "--time-unit", "s"])
        #expect(result.code == code, "\(result.out)\(result.error)")
    }

    @Test func aClockMayBeginAtZero() async throws {
        let log = "type,key,start,end,execution\nexecution,k,0,0,a\ncall,k,0,0,a\ncall,k,5,9,a"
        let result = try await check(log)
        #expect(result.code == 0 && !result.out.contains("lost_call"), "\(result.out)\(result.error)")
    }

    /// What refuses duplicates joins none: a call that began while the work ran came to it late.
    @Test(arguments: [("reject", 0), ("either", 0), ("none", 2)])
    func whatADuplicateIsIsToldByThePromise(_ duplicates: String, _ code: Int32) async throws {
        let log = """
            type,key,start,end,execution
            execution,k,10,50,a
            call,k,5,60,a
            call,k,20,70,a
            call,k,80,90,a
            """
        let result = try await check(log, ["--ttl", "forever", "--duplicates", duplicates])
        #expect(result.code == code, "\(result.out)\(result.error)")
    }

    @Test(arguments: [("0s", 2), ("10us", 0)]) func aStaleAnswerMayBeAHit(_ allowance: String, _ code: Int32)
        async throws
    {
        let log = Self.clean.replacingOccurrences(of: "a1,hit,,", with: "a1,,,")
        let result = try await check(log, ["--ttl", "fixed:1us", "--allow-stale", allowance])
        #expect(result.code == code, "\(result.out)\(result.error)")
    }

    @Test func aLogWhoseAnswersNameNoExecutionIsCheckedAsFarAsItGoes() async throws {
        let log = """
            type,key,start,end,execution
            execution,a,100,200,1
            call,a,90,210,
            call,a,150,220,
            """
        let passed = try await check(log)
        #expect(
            passed.code == 0 && passed.out.contains("not checked: answers that name no execution, 2 of them"),
            "\(passed.out)")
        let failed = try await check(log + "\nexecution,a,150,160,2")
        #expect(failed.code == 2 && failed.out.contains("1 overlap"))
    }

    @Test func nothingProvedIsNeverAPass() async throws {
        let log = "type,key,start,end,execution\nexecution,a,100,200,1\ncall,a,90,210,1"
        let result = try await check(log)
        #expect(result.code == 75 && result.out.contains("so nothing was proved"))
    }

    @Test func everythingIsThereAsJSON() async throws {
        let result = try await check(Self.clean, ["--ttl", "forever", "--format", "json"])
        let object = try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any]
        #expect(object?["verdict"] as? String == "pass" && object?["keys"] as? [String] == ["user:7"])
    }

    @Test(
        arguments: [
            ("", "log.csv: the file is empty"),
            ("type,key,start\n", "log.csv:1:end: no such column"),
            ("type,key,start,end,key\n", "log.csv:1:key: the header names this column twice"),
            ("type,key,start,end\ncall,a,1,2", "no line is of type execution"),
            ("type,key,start,end\ncall,a,1", "log.csv:2: the header names 4 columns, this line has 3"),
            ("type,key,start,end\nkall,a,1,2", "log.csv:2:type: is `kall`; use one of call, execution, excuse"),
            ("type,key,start,end\ncall,,1,2", "log.csv:2:key: is missing"),
            ("type,key,start,end\ncall,a,,2", "log.csv:2:start: is missing"),
            ("type,key,start,end\ncall,a,x,2", "log.csv:2:start: `x` is no time"),
            ("type,key,start,end\ncall,a,1.5,2", "log.csv:2:start: `1.5` is no time"),
            ("type,key,start,end\ncall,a,99999999999999999999,2", "log.csv:2:start: `99999999999999999999` is no time"),
            ("type,key,start,end\ncall,a,2026-11-28T09:30:00,2", "log.csv:2:start: `2026-11-28T09:30:00` is no time"),
            ("type,key,start,end\ncall,a,5,2", "log.csv:2:end: is before the start"),
            ("type,key,start,end\nexecution,a,1,2", "log.csv:2:execution: is missing"),
            (
                "type,key,start,end,execution\nexecution,a,1,2,1\nexecution,b,1,2,1",
                "log.csv:3:execution: `1` is the id"
            ),
            ("type,key,start,end,outcome\ncall,a,1,2,hot", "log.csv:2:outcome: is `hot`; use one of hit, joined"),
            ("type,key,start,end,kind\nexcuse,a,1,2,gone", "log.csv:2:kind: is `gone`; use one of evicted"),
            ("{\"type\":\"call\"", "log.csv:1: this is no JSON object"),
            ("{\"type\":[1]}", "log.csv:1: this is no JSON object"),
            ("type,key,start,end\ncall,a,2026-02-29T09:30:00Z,", "log.csv:2:start: `2026-02-29T09:30:00Z` is no time"),
            ("type,key,start,end\ncall,a,2026-02-28T24:30:00Z,", "log.csv:2:start: `2026-02-28T24:30:00Z` is no time"),
            ("type,key,start,end\ncall,a,2026-02-28T09:30:00Z,\ncall,a,5,", "log.csv:3:start: some times are numbers"),
            (
                "type,key,start,end,execution,outcome\nexecution,a,1,2,1,failed",
                "log.csv:2:outcome: belongs to calls"
            ),
            (
                "type,key,start,end,execution,kind\nexecution,a,1,2,1,\nexcuse,a,3,4,x,evicted",
                "log.csv:3:execution: there is no execution of this id"
            ),
            (
                "type,key,start,end,execution,kind\nexecution,a,1,2,1,\nexcuse,b,3,4,1,evicted",
                "log.csv:3:execution: is an execution of the key `a`"
            ),
        ])
    func aMistakeIsNamedWithItsPlace(_ log: String, _ message: String) async throws {
        let result = try await check(log)
        #expect(result.code == 65 && result.error.contains(message), "\(result.error)")
    }

    @Test(
        arguments: [
            (["--ttl", "60s"], "--ttl: `60s` cannot be used"), (["--ttl", "none", "--capacity", "0"], "--capacity"),
            (["--ttl", "none", "--clock-tolerance", "5"], "--clock-tolerance: `5` cannot be used"), ([], "--ttl"),
            (["--ttl", "none", "--duplicates", "both"], "both"),
            (["--ttl", "forever", "--allow-early-refresh"], "have no outcome"),
        ])
    func aWrongOptionIsUsage(_ options: [String], _ message: String) async throws {
        let log = options.contains("--allow-early-refresh") ? Self.clean + "\ncall,user:7,9500,9600,a1,,," : Self.clean
        let result = try await check(log, options)
        #expect(result.code == 64 && result.error.contains(message), "\(result.error)")
    }

    @Test func aFileThatIsNotThereIsNamed() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let result = await bench.run(["check", bench.folder + "/none.csv", "--ttl", "none"])
        #expect(result.code == 65 && result.error.contains("none.csv: cannot be read"))
    }
}
