internal import Foundation
internal import Testing
internal import Workloads

@Suite struct TraceReaderTests {
    /// A file that is gone when the test is over.
    private func reading<Result>(_ bytes: some Sequence<UInt8>, _ body: (String) throws -> Result) throws -> Result {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try body(file)
    }

    private func requests(_ bytes: some Sequence<UInt8>, limits: TraceLimits = TraceLimits()) throws -> [TracedRequest]
    {
        try reading(bytes) { file in
            var reader = try TraceReader(file: file, limits: limits)
            var requests: [TracedRequest] = []
            while let request = try reader.next() { requests.append(request) }
            #expect(try reader.next() == nil)
            return requests
        }
    }

    private func error(_ bytes: some Sequence<UInt8>, limits: TraceLimits = TraceLimits()) throws -> TraceError {
        try #require(throws: TraceError.self) { try requests(bytes, limits: limits) }
    }

    private static func bytes(_ base64: String) throws -> [UInt8] {
        [UInt8](try #require(Data(base64Encoded: base64)))
    }

    /// `zstd -19` of "time_us,key,size\n0,a,1\n5,b,2\n", and of "9,a,1\n".
    private static let first = "KLUv/QBo6QAAdGltZV91cyxrZXksc2l6ZQowLGEsMQo1LGIsMgo="
    private static let second = "KLUv/QBoMQAAOSxhLDEK"
    /// `zstd -19` of a header and 200,000 lines.
    private static let bomb =
        "KLUv/QRo9AAAsHRpbWVfdXMsa2V5LHNpemUKMSxhLDEBAM7/k5cmRAAAAAEA/f/JCxBEAAAAAQD9/zkAAkQAAAABAP3/OQACRAAAAAEA/f85"
        + "AAJEAAAAAQD9/zkAAkQAAAABAP3/OQACRAAAAAEA/f85AAJEAAAAAQD9/zkAAj0AAAABAI7PDoBRXDN3"

    @Test(arguments: [
        "time_us,key,size\n0,a,1\n5,b,2\n9,a,1\n", "time_us,key,size\n0,a,1\n5,b,2\n9,a,1",
        "time_us,key,size\r\n0,a,1\r\n5,b,2\r\n9,a,1\r\n", "\nsize,extra,key,time_us\n1,x,a,0\n\n2,,b,5\n1,y,a,9\n\n",
        "time_ns,key,size\n0,a,1\n5000,b,2\n9000,a,1\n", "time_us,key,size\n0.000,a,1\n5,b,2\n9.0,a,1\n",
        "time_ms,key,size\n0,a,1\n0.005,b,2\n0.009000,a,1\n", "time_s,key,size\n0,a,1\n0.000005,b,2\n0.000009000,a,1\n",
    ]) func allLayoutsReadTheSame(text: String) throws {
        #expect(
            try requests(text.utf8) == [
                TracedRequest(time: 0, key: 0, size: 1), TracedRequest(time: 5000, key: 1, size: 2),
                TracedRequest(time: 9000, key: 0, size: 1),
            ])
    }

    /// `gzip -9n` of what is in ``first`` and ``second``.
    private static let firstGzip = "H4sIAAAAAAACAyvJzE2NLy3WyU6t1CnOrErlMtBJ1DHkMtVJ0jHiAgCowwCnHQAAAA=="
    private static let secondGzip = "H4sIAAAAAAACA7PUSdQx5AIAjfTDAgYAAAA="

    @Test func gzipIsReadAsWellAndDamageIsNoticed() throws {
        let (first, second) = (try Self.bytes(Self.firstGzip), try Self.bytes(Self.secondGzip))
        #expect(try requests(first).map(\.time) == [0, 5000])
        #expect(try requests(first + second).map(\.time) == [0, 5000, 9000], "members follow each other")
        for length in 4..<first.count {
            #expect(try error(first.prefix(length)).reason == .truncatedCompression, "\(length) bytes")
        }
        var damaged = first
        damaged[first.count - 6] ^= 1
        guard case .damagedCompression = try error(damaged).reason else {
            Issue.record("the sum of the data does not match, and that was not noticed")
            return
        }
        #expect(throws: TraceError.self) { try requests(first + [1, 2, 3]) }
        var limits = TraceLimits()
        limits.expandedBytes = 20
        #expect(try error(first, limits: limits).reason == .expandsTooMuch(limit: 20))
    }

    @Test func framesFollowEachOther() throws {
        let bytes = try Self.bytes(Self.first) + Self.bytes(Self.second)
        #expect(try requests(bytes).map(\.time) == [0, 5000, 9000])
        #expect(try requests(bytes).map(\.key) == [0, 1, 0])
    }

    @Test func quotesAreNoPartOfAField() throws {
        let text = #"""
            "key",size,"time_us"
            a,1,0
            "a",1,"1"
            "a,b",1,2
            "say ""a""",1,3
            a"b,1,4
            "a",1,5
            "a,b","1",6

            """#
        #expect(try requests(text.utf8).map(\.key) == [0, 0, 1, 2, 3, 0, 1])
    }

    @Test func keysAreToldApartByTheirBytes() throws {
        let keys = ["caf\u{E9}", "cafe\u{301}", "caf\u{E9}", "cafe\u{301}"]
        let lines = keys.enumerated().map { "\($1),\($0)\n" }.joined()
        #expect(try requests("key,time_us\n\(lines)".utf8).map(\.key) == [0, 1, 0, 1])
    }

    @Test(arguments: ["key,time_ns\na,7\n", "key,time_ns\r\na,7\r\n", "\nkey,time_ns\na,7"])
    func aByteOrderMarkIsNoPartOfTheHeader(text: String) throws {
        let marked = [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        #expect(try requests(marked) == [TracedRequest(time: 7, key: 0, size: 1)])
    }

    @Test func secondsSinceTheEpochKeepTheirNanoseconds() throws {
        let times = try requests("time_s,key\n1700000000.123456789,a\n1700000001,a\n".utf8).map(\.time)
        #expect(times == [1_700_000_000_123_456_789, 1_700_000_001_000_000_000])
    }

    @Test func aTraceMayHaveNoTimes() throws {
        #expect(try requests("key,size\na,3\nb,4\n".utf8).map(\.time) == [0, 0])
    }

    @Test func aTraceWithoutSizesHasSizesOfOne() throws {
        #expect(try requests("key,time_ns\na,7\n".utf8) == [TracedRequest(time: 7, key: 0, size: 1)])
    }

    static let mistakes: [(text: String, line: Int?, field: String?, reason: TraceError.Reason)] = [
        ("", nil, nil, .empty),
        ("\n\n", nil, nil, .empty),
        ("time_us,kee,size\n", 1, "key", .missingColumn(known: ["time_us", "kee", "size"])),
        ("size,time_us\n", 1, "key", .missingColumn(known: ["size", "time_us"])),
        ("key,key,time_us\na,b,1\n", 1, "key", .columnTwice),
        ("time_us,key\n1,\"a\n", 2, nil, .openQuote), ("time_us,key\n1,\"a\"b\n", 2, nil, .textAfterQuote),
        ("time_us,\"key\n1,a\n", 1, nil, .openQuote), ("time_us,key\n1,\"\"\n", 2, "key", .emptyKey),
        ("time_us,key,size,size\n1,a,1,1\n", 1, "size", .columnTwice),
        ("time_us,time_ns,key\n1,1,a\n", 1, "time_us", .timesTwice),
        ("time_us,key\n1,a\n2\n", 3, nil, .columnCount(expected: 2, found: 1)),
        ("time_us,key\n1,a,b\n", 2, nil, .columnCount(expected: 2, found: 3)),
        ("time_us,key\nx,a\n", 2, "time_us", .notANumber("x")),
        ("time_ns,key\n1.5,a\n", 2, "time_ns", .notANumber("1.5")),
        ("time_us,key\n1.2345,a\n", 2, "time_us", .notANumber("1.2345")),
        ("time_s,key\n1.5e3,a\n", 2, "time_s", .notANumber("5e3")),
        ("time_s,key\n1.,a\n", 2, "time_s", .notANumber("")),
        ("time_ms,key\n1.2.3,a\n", 2, "time_ms", .notANumber("2.3")),
        ("time_ms,time_s,key\n1,1,a\n", 1, "time_s", .timesTwice),
        ("time_us,key\n-1,a\n", 2, "time_us", .notANumber("-1")),
        ("time_us,key\n,a\n", 2, "time_us", .notANumber("")),
        ("time_ns,key\n99999999999999999999,a\n", 2, "time_ns", .tooLarge("99999999999999999999")),
        ("time_us,key\n9300000000000000,a\n", 2, "time_us", .tooLarge("9300000000000000")),
        ("time_us,key\n5,a\n\n4,a\n", 4, "time_us", .timeGoesBack),
        ("time_us,key\n5,\n", 2, "key", .emptyKey),
        ("time_us,key,size\n5,a,4294967296\n", 2, "size", .tooLarge("4294967296")),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsNamedWithItsPlace(text: String, line: Int?, field: String?, reason: TraceError.Reason) throws {
        let error = try error(text.utf8)
        #expect(error.line == line)
        #expect(error.field == field)
        #expect(error.reason == reason)
        let place = [line.map(String.init), field].compactMap(\.self).map { ":\($0)" }.joined()
        #expect(error.description.hasPrefix("\(error.file)\(place): "))
    }

    @Test func linesThatAreNoTextAreRefused() throws {
        #expect(try error(Array("time_us,key\n1,".utf8) + [0xFF, 10]).reason == .notUTF8)
        #expect(try error(Array("time_us,key\n1,".utf8) + [0xFF, 10]).line == 2)
        var limits = TraceLimits()
        limits.lineBytes = 20
        #expect(try requests("time_us,key\n1,\(String(repeating: "a", count: 18))\n".utf8, limits: limits).count == 1)
        let long = try error("time_us,key\n1,\(String(repeating: "a", count: 19))\n".utf8, limits: limits)
        #expect(long.reason == .lineTooLong(limit: 20))
        #expect(long.line == 2)
        let endless = try error(String(repeating: "a", count: 500_000).utf8)
        #expect(endless.reason == .lineTooLong(limit: 64 << 10))
    }

    @Test func everyTruncationOfCompressedDataIsNoticed() throws {
        let whole = try Self.bytes(Self.first)
        for length in 4..<whole.count {
            #expect(try error(whole.prefix(length)).reason == .truncatedCompression, "\(length) bytes")
        }
    }

    @Test func damagedCompressedDataIsNoticed() throws {
        var bytes = try Self.bytes(Self.bomb)
        bytes[bytes.count - 1] ^= 1
        guard case .damagedCompression = try error(bytes).reason else {
            Issue.record("The checksum should not fit.")
            return
        }
        let tail = try error(Self.bytes(Self.first) + Array("garbage".utf8))
        guard case .damagedCompression = tail.reason else {
            Issue.record("What follows the frame is no frame.")
            return
        }
    }

    @Test func aBombIsRefusedBeforeItUnfolds() throws {
        var limits = TraceLimits()
        limits.expandedBytes = 1_000_000
        #expect(try error(Self.bytes(Self.bomb), limits: limits).reason == .expandsTooMuch(limit: 1_000_000))
    }

    @Test func filesThatCannotBeReadAreNamed() throws {
        for (file, cause) in [("/nonexistent/trace.csv", "no such file"), ("/tmp", "it is a folder")] {
            let error = try #require(throws: TraceError.self) { _ = try RequestTrace(contentsOf: file) }
            #expect(error.reason == .unreadable(cause))
            #expect(error.file == file)
        }
    }

    @Test func aTraceOfNothingIsRefused() throws {
        try reading("time_us,key\n".utf8) { file in
            let error = try #require(throws: TraceError.self) { _ = try RequestTrace(contentsOf: file) }
            #expect(error.reason == .empty)
        }
    }

    /// Any bytes give requests or a `TraceError`, and never a trap.
    @Test(arguments: 0..<200 as Range<UInt64>) func mutatedTracesNeverTrap(seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "trace-fuzz")
        var bytes = seed.isMultiple(of: 2) ? try Self.bytes(Self.first) : Array("time_us,key,size\n0,a,1\n5,b,2\n".utf8)
        for _ in 0...random.below(4) {
            let place = Int(random.below(UInt64(bytes.count)))
            bytes[place] = UInt8(random.below(256))
        }
        var limits = TraceLimits()
        limits.expandedBytes = 1 << 20
        do { _ = try requests(bytes, limits: limits) } catch is TraceError {}
    }
}
