internal import Foundation

/// How evidence is written down: one JSON object with the version of its format, from which everything that a run reports
/// can be made again.
package enum EvidenceFile {
    /// The version that is written. That before it is read, too: it has audits where this has what they judge.
    package static let version = 4

    /// The name of the file in a bundle.
    package static let name = "evidence.json"

    private static let format = "dedupbench evidence"

    private struct Contents: Codable {
        var format = EvidenceFile.format
        var version = EvidenceFile.version
        var run: RunEvidence

        init(run: RunEvidence) { self.run = run }

        /// Looks at what it is before it reads the rest, which in another format may be anything.
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            guard try container.decodeIfPresent(String.self, forKey: .format) == EvidenceFile.format else {
                throw Foreign(problem: "it is not the evidence of a run of dedupbench")
            }
            let version = try container.decodeIfPresent(Int.self, forKey: .version)
            guard let version, [2, EvidenceFile.version].contains(version) else {
                let found = version.map { "\($0)" } ?? "none"
                throw Foreign(
                    problem:
                        "its format has version \(found), and this dedupbench reads versions 2 and \(EvidenceFile.version)"
                )
            }
            run = try container.decode(RunEvidence.self, forKey: .run)
        }
    }

    /// Another format than ours.
    private struct Foreign: Error {
        let problem: String
    }

    /// The text of the file.
    package static func text(_ evidence: RunEvidence) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let data = try? encoder.encode(Contents(run: evidence)) else {
            preconditionFailure("Evidence can be encoded, whatever it holds.")
        }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    /// Reads the file back.
    ///
    /// - Parameters:
    ///   - bytes: What the file holds.
    ///   - path: Its path, for errors.
    /// - Throws: ``EvidenceError`` with the field that is wrong.
    package static func read(_ bytes: [UInt8], from path: String) throws(EvidenceError) -> RunEvidence {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            let evidence = try decoder.decode(Contents.self, from: Data(bytes)).run
            if let problem = EvidenceCheck(evidence).problem { throw EvidenceError(path: path, problem: problem) }
            return evidence
        } catch let error as EvidenceError {
            throw error
        } catch let error as Foreign {
            throw EvidenceError(path: path, problem: error.problem)
        } catch let error as DecodingError {
            throw EvidenceError(path: path, problem: error.problem)
        } catch {
            throw EvidenceError(path: path, problem: "\(error)")
        }
    }
}

/// Why evidence cannot be read.
package struct EvidenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    package let path: String
    /// What is wrong with it.
    package let problem: String

    /// An error about a file.
    package init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    package var description: String {
        "cannot read \(path): \(problem); give a folder that `dedupbench run` has written, or its \(EvidenceFile.name)"
    }
}

extension DecodingError {
    /// The field and what is wrong with it.
    fileprivate var problem: String {
        switch self {
        case .keyNotFound(let key, let context): "\(Self.path(context, key)) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(Self.path(context)) is of another type than it should be"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "it is not JSON" : "\(Self.path(context)): \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }

    private static func path(_ context: Context, _ key: (any CodingKey)? = nil) -> String {
        let keys = context.codingPath + [key].compactMap(\.self)
        return keys.isEmpty
            ? "the file"
            : keys.reduce(into: "") { path, key in
                if let index = key.intValue {
                    path += "[\(index)]"
                } else {
                    path += (path.isEmpty ? "" : ".") + key.stringValue
                }
            }
    }
}
