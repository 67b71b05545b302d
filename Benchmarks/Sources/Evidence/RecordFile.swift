package import Measurement

/// What a later measurement of single operations is held against: rows, with the build and the machine that they are from. A JSON
/// file has the same form.
package struct RecordFile<Row: Codable & Sendable>: Codable, Sendable {
    /// What the file is.
    package let format: String
    /// The version of the format.
    package let version: Int
    /// When it was measured, as ISO 8601 in UTC.
    package let startedAt: String
    /// The commit of the code.
    package let commit: String
    /// Where it was measured, and by which build.
    package let machine: MachineFingerprint
    /// What was measured.
    package let rows: [Row]

    enum CodingKeys: String, CodingKey {
        case format, version, commit, machine, rows
        case startedAt = "started_at"
    }

    /// The version of the format that this program writes, and the only one that it reads.
    package static var version: Int { 1 }

    /// Rows that were measured.
    package init(_ rows: [Row], format: String, startedAt: String, commit: String, machine: MachineFingerprint) {
        (self.rows, self.format, self.startedAt, self.commit) = (rows, format, startedAt, commit)
        self.machine = machine
        version = Self.version
    }
}
