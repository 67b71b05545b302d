/// One line of a trace.
package struct TracedRequest: Hashable, Sendable {
    /// Nanoseconds from whatever the trace counts from; 0 in a trace without times.
    package var time: UInt64
    /// The number of the key: numbers are given from 0 in order of first appearance.
    package var key: UInt32
    /// Bytes; 1 in a trace without sizes.
    package var size: UInt32

    package init(time: UInt64, key: UInt32, size: UInt32) {
        self.time = time
        self.key = key
        self.size = size
    }
}

/// Reads a trace line by line: comma-separated text, plain, zstd or gzip (told by its first bytes, not by its name).
///
/// The first line names the columns, in any order: `key`, and if present one of `time_ns`, `time_us`, `time_ms` and `time_s`,
/// whose numbers may have digits down to nanoseconds behind a point, and `size` (bytes). Other columns are allowed and ignored. A field in quotes may hold commas, and quotes that are doubled (RFC 4180),
/// but no line end: `"a"` and `a` are one key. Lines end in LF or CRLF; the last one may lack its end; blank lines are
/// skipped. Keys are told apart by their bytes, as a URL and a file system do: two spellings of an accent are two keys.
/// Memory is one buffer and the table of keys.
package struct TraceReader: ~Copyable {
    private let file: String
    private var lines: LineReader
    private let columns: TraceColumns
    private var numbers: [ExactText: UInt32] = [:]
    private var lastTime: UInt64 = 0

    /// The number of different keys so far.
    package var keyCount: Int { numbers.count }

    /// Whether the trace says when each request was made.
    package var hasTimes: Bool { columns.time != nil }

    /// Whether the trace says how large each answer was.
    package var hasSizes: Bool { columns.size != nil }

    /// Opens the file and reads its header.
    package init(file: String, limits: TraceLimits = TraceLimits()) throws(TraceError) {
        self.file = file
        var lines = try LineReader(file: file, limits: limits)
        guard let header = try lines.next() else { throw TraceError(file: file, reason: .empty) }
        columns = try TraceColumns(header: header, file: file, line: lines.number)
        self.lines = lines
    }

    /// The next request, or nil at the end.
    package mutating func next() throws(TraceError) -> TracedRequest? {
        guard let text = try lines.next() else { return nil }
        let fields = try CSVLine(text: text, file: file, number: lines.number).fields
        guard fields.count == columns.count else {
            throw error(.columnCount(expected: columns.count, found: fields.count))
        }
        let time = if let column = columns.time { try time(fields[column.index], column) } else { UInt64(0) }
        let size = try columns.size.map { index throws(TraceError) in
            try number(fields[index], field: "size", limit: UInt64(UInt32.max))
        }
        return TracedRequest(time: time, key: try key(fields[columns.key]), size: UInt32(size ?? 1))
    }

    private mutating func time(_ text: Substring, _ column: TraceColumns.Time) throws(TraceError) -> UInt64 {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let behind = parts.count > 1 ? parts[1] : "0"
        guard behind.utf8.count <= max(1, column.digits), parts.count == 1 || column.digits > 0 else {
            throw error(.notANumber(Self.shown(text)), field: column.name)
        }
        var scale: UInt64 = 1
        for _ in 0..<column.digits { scale *= 10 }
        var fraction = try number(behind, field: column.name, limit: scale)
        for _ in behind.utf8.count..<max(column.digits, behind.utf8.count) { fraction *= 10 }
        let whole = try number(parts[0], field: column.name, limit: UInt64(Int64.max) / scale - 1)
        let time = whole * scale + fraction
        guard time >= lastTime else { throw error(.timeGoesBack, field: column.name) }
        lastTime = time
        return time
    }

    private mutating func key(_ text: Substring) throws(TraceError) -> UInt32 {
        guard !text.isEmpty else { throw error(.emptyKey, field: "key") }
        let text = ExactText(String(text))
        if let known = numbers[text] { return known }
        guard numbers.count < TraceLimits.keys else {
            throw error(.tooManyKeys(limit: TraceLimits.keys), field: "key")
        }
        let number = UInt32(numbers.count)
        numbers[text] = number
        return number
    }

    private func number(_ text: Substring, field: String, limit: UInt64) throws(TraceError) -> UInt64 {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw error(.notANumber(Self.shown(text)), field: field)
        }
        guard let number = UInt64(text), number <= limit else {
            throw error(.tooLarge(Self.shown(text)), field: field)
        }
        return number
    }

    private static func shown(_ text: Substring) -> String {
        text.count > 40 ? text.prefix(40) + "..." : String(text)
    }

    private func error(_ reason: TraceError.Reason, field: String? = nil) -> TraceError {
        TraceError(file: file, line: lines.number, field: field, reason: reason)
    }
}

/// A text as it is written, byte for byte, whereas Swift compares strings by what they mean.
package struct ExactText: Hashable, Sendable {
    private let text: String

    /// A text.
    package init(_ text: String) { self.text = text }

    package static func == (lhs: ExactText, rhs: ExactText) -> Bool { lhs.text.utf8.elementsEqual(rhs.text.utf8) }

    // Equal bytes are equal strings, so the hash of strings will do.
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// How much a trace may ask of its reader.
package struct TraceLimits: Hashable, Sendable {
    /// The most different keys: their numbers fit 24 bits and their table fits in memory.
    package static let keys = 1 << 24
    /// The longest line in bytes.
    package var lineBytes = 64 << 10
    /// The most bytes that a compressed file may expand to.
    package var expandedBytes = 4 << 30

    package init() {}
}

/// Where the header puts each column.
struct TraceColumns {
    let count: Int
    let key: Int
    /// Nil in a trace without times.
    let time: Time?
    let size: Int?

    /// The column of the times.
    struct Time {
        let index: Int
        let name: String
        /// How many digits of its numbers may stand behind the point, down to nanoseconds.
        let digits: Int

        static let names = [("time_ns", 0), ("time_us", 3), ("time_ms", 6), ("time_s", 9)]
    }

    init(header: String, file: String, line: Int) throws(TraceError) {
        let names = try CSVLine(text: header, file: file, number: line).fields.map(String.init)
        func missing(_ field: String) -> TraceError {
            TraceError(file: file, line: line, field: field, reason: .missingColumn(known: names))
        }
        for name in ["key", "size"] + Time.names.map(\.0) where names.count(where: { $0 == name }) > 1 {
            throw TraceError(file: file, line: line, field: name, reason: .columnTwice)
        }
        guard let key = names.firstIndex(of: "key") else { throw missing("key") }
        let times = Time.names.compactMap { name, digits in
            names.firstIndex(of: name).map { Time(index: $0, name: name, digits: digits) }
        }
        if times.count > 1 { throw TraceError(file: file, line: line, field: times[1].name, reason: .timesTwice) }
        self.key = key
        time = times.first
        count = names.count
        size = names.firstIndex(of: "size")
    }
}
