package import Evidence

/// Reads back what a bundle holds.
package enum BundleReader {
    /// What the run of a bundle measured.
    ///
    /// - Parameter path: The folder of the bundle, a link to it, or its `evidence.json`.
    /// - Throws: ``EvidenceError`` that names the file.
    package static func evidence(of path: String) throws(EvidenceError) -> RunEvidence {
        let file = BundleFile.isDirectory(path) ? "\(path)/\(EvidenceFile.name)" : path
        let bytes: [UInt8]
        do throws(BundleError) {
            bytes = try BundleFile.read(file)
        } catch {
            throw EvidenceError(path: file, problem: error.reason)
        }
        return try EvidenceFile.read(bytes, from: file)
    }
}
