import Foundation

/// A recorded request trace, as dense key numbers in the order of the requests. The formats of those in `DEDUP_TRACES`:
/// `formats.md` beside them.
struct TraceFile {
    /// The folder with the traces, where the environment names one.
    static var folder: String? { ProcessInfo.processInfo.environment["DEDUP_TRACES"] }

    enum Format {
        /// One decimal key a line; `*` is a break-point.
        case lines
        /// `start count ignored number`.
        case arc
        /// Big-endian integers of so many bytes.
        case bigEndian(Int)
        /// Text columns; the one with the key, and the one with the size where there is one.
        case column(Int, size: Int?, separator: Character, header: Bool)
        /// Columns between commas below a header; the key is a text.
        case text(Int, size: Int)
    }

    /// The trace that comes with the package: its keys are paths of files.
    static let own = Format.text(1, size: 2)

    struct Failure: Error, CustomStringConvertible { let description: String }

    static let known: [String: (file: String, format: Format)] = [
        "lirs-multi1": ("lirs-multi1.trace.gz", .lines),
        "lirs-2_pools": ("lirs-2_pools.trace.gz", .lines),
        "lirs-cs": ("lirs-cs.trace.gz", .lines),
        "lirs-cpp": ("lirs-cpp.trace.gz", .lines),
        "lirs-loop": ("lirs-loop.trace.gz", .lines),
        "arc-oltp": ("arc-oltp.lis.zst", .arc),
        "cp-sample": ("cp-sample.txt.zst", .lines),
        "cache2k-web07": ("cache2k-web07.trace.xz", .bigEndian(4)),
        "scarab-recs": ("scarab-recs.trace.xz", .bigEndian(8)),
        // The same requests as "cp-sample", with their sizes.
        "cp-sample, sized": ("cp-sample.csv.zst", .column(4, size: 3, separator: ",", header: true)),
        "adaptsize-req": ("adaptsize-req.trace.xz", .column(1, size: 2, separator: " ", header: false)),
        "twitter52-1m": ("twitter52-1m.csv.zst", .column(1, size: 2, separator: ",", header: true)),
    ]

    let requests: [UInt32]
    /// The size of each request, where the format has sizes.
    let sizes: [Int]
    let keyCount: Int

    init(_ name: String, in folder: String) throws {
        guard let (file, format) = Self.known[name] else {
            throw Failure(description: "No reader for the trace \(name).")
        }
        try self.init(contentsOf: "\(folder)/\(file)", as: format)
    }

    init(contentsOf path: String, as format: Format) throws {
        let bytes = try Self.expand(path)
        var numbers: [UInt64: UInt32] = [:]
        var (requests, sizes): ([UInt32], [Int]) = ([], [])
        Self.parse(bytes, as: format) { key, size in
            let next = UInt32(numbers.count)
            requests.append(numbers[key, default: next])
            if requests[requests.count - 1] == next { numbers[key] = next }
            if let size { sizes.append(Int(size)) }
        }
        self.requests = requests
        self.sizes = sizes
        keyCount = numbers.count
    }

    private static func expand(_ path: String) throws -> [UInt8] {
        let tool = path.hasSuffix(".zst") ? "zstd" : path.hasSuffix(".xz") ? "xz" : "gzip"
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [tool, "-dc", path]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: "\(tool) could not read \(path).") }
        return [UInt8](data)
    }

    private static func parse(_ bytes: [UInt8], as format: Format, _ visit: (UInt64, UInt64?) -> Void) {
        switch format {
        case .bigEndian(let width):
            for start in stride(from: 0, to: bytes.count - width + 1, by: width) {
                visit(bytes[start..<start + width].reduce(0) { $0 << 8 | UInt64($1) }, nil)
            }
        case .lines:
            for line in bytes.split(separator: UInt8(ascii: "\n")) { number(line).map { visit($0, nil) } }
        case .arc:
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let fields = line.split(separator: UInt8(ascii: " ")).compactMap(number)
                if fields.count == 4 { (fields[0]..<fields[0] + fields[1]).forEach { visit($0, nil) } }
            }
        case .column(let column, let size, let separator, let header):
            for line in bytes.split(separator: UInt8(ascii: "\n")).dropFirst(header ? 1 : 0) {
                let fields = line.split(separator: separator.asciiValue ?? 0, omittingEmptySubsequences: false)
                number(fields[column]).map { visit($0, size.flatMap { number(fields[$0]) }) }
            }
        case .text(let column, let size):
            var numbers: [ArraySlice<UInt8>: UInt64] = [:]
            for line in bytes.split(separator: UInt8(ascii: "\n")).dropFirst() {
                let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                let next = UInt64(numbers.count)
                let key = numbers[fields[column], default: next]
                if key == next { numbers[fields[column]] = next }
                visit(key, number(fields[size]))
            }
        }
    }

    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        var digits = 0
        for byte in text where byte != UInt8(ascii: "\r") {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
            digits += 1
        }
        return digits == 0 ? nil : value
    }
}
