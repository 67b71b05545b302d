package import Evidence
internal import Foundation

/// The history of runs: `history.ndjson` in the results folder, a line a run that came to its end.
package struct RunHistory: Sendable {
    /// The file.
    package let path: String
    /// The version of the lines that are written, and the only one that is read.
    private static let version = 1

    /// The history of a results folder.
    package init(in results: String) { path = "\(results)/history.ndjson" }

    /// A line: the record of a run with the version of its format.
    private struct Line: Codable {
        var record: RunRecord

        enum CodingKeys: String, CodingKey { case version }

        init(_ record: RunRecord) { self.record = record }

        init(from decoder: any Decoder) throws {
            let version = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .version)
            guard version == RunHistory.version else { throw ForeignVersion(version: version) }
            record = try RunRecord(from: decoder)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(RunHistory.version, forKey: .version)
            try record.encode(to: encoder)
        }
    }

    private struct ForeignVersion: Error {
        let version: Int
    }

    /// Adds a run.
    ///
    /// - Throws: ``BundleError``.
    package func append(_ record: RunRecord) throws(BundleError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Line(record)) else {
            preconditionFailure("The record of a run can be encoded: its figures are finite.")
        }
        try BundleFile.append(line: String(decoding: data, as: UTF8.self), to: path)
    }

    /// Reads all runs, from the oldest line on. A line that cannot be read, which a run that was killed may leave, is left
    /// out and named.
    ///
    /// - Throws: ``HistoryError`` if there is no history, or nothing in it can be read.
    package func read() throws(HistoryError) -> (runs: [RunRecord], problems: [String]) {
        let bytes: [UInt8]
        do throws(BundleError) {
            bytes = try BundleFile.read(path)
        } catch {
            throw HistoryError("cannot read \(path): \(error.reason); `dedupbench run` adds a line to it for each run")
        }
        var (runs, problems): ([RunRecord], [String]) = ([], [])
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !line.isEmpty {
            do {
                runs.append(try JSONDecoder().decode(Line.self, from: Data(line)).record)
            } catch let error as ForeignVersion {
                problems.append("\(path):\(number + 1): left out: its format has version \(error.version)")
            } catch {
                problems.append("\(path):\(number + 1): left out: it is not the whole record of a run")
            }
        }
        guard !runs.isEmpty else {
            throw HistoryError((problems + ["\(path) holds no run that can be read"]).joined(separator: "\n"))
        }
        return (runs, problems)
    }
}

/// Why there is no history.
package struct HistoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package let description: String

    init(_ description: String) { self.description = description }
}
