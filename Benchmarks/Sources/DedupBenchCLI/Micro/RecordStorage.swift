internal import Evidence
internal import Foundation
internal import Measurement
internal import Reporting

/// What is in a file before its rows.
private struct RecordHead: Decodable {
    let format: String
    let version: Int
}

extension RecordFile {
    /// Rows that were measured now, by this program.
    init(_ rows: [Row], format: String, stamp: RunStamp) {
        self.init(
            rows, format: format, startedAt: stamp.readable, commit: stamp.commit,
            machine: MachineFingerprint(MachineEnvironment.current()))
    }

    /// Reads a file.
    ///
    /// - Throws: ``Failure`` with code 65 that names the file.
    init(at path: String, format: String) throws(Failure) {
        let bytes: [UInt8]
        do throws(BundleError) {
            bytes = try BundleFile.read(path)
        } catch {
            throw Failure("cannot read \(path): \(error.reason); --json writes such a file", .badScenario)
        }
        let decoder = JSONDecoder()
        guard let head = try? decoder.decode(RecordHead.self, from: Data(bytes)), head.format == format else {
            throw Failure("\(path) is no file of the format `\(format)`; --json writes one", .badScenario)
        }
        guard head.version == Self.version else {
            throw Failure(
                "\(path) has version \(head.version) of its format, and this program reads version \(Self.version)",
                .badScenario)
        }
        do {
            self = try decoder.decode(Self.self, from: Data(bytes))
        } catch {
            throw Failure("\(path) is damaged: \(error)", .badScenario)
        }
    }

    /// Writes it to a file.
    ///
    /// - Throws: ``Failure`` with code 6.
    func write(to path: String) throws(Failure) {
        try BundleFile.write(JSONFile.text(self), toOption: path)
    }
}
