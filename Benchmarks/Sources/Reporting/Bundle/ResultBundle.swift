/// A directory of results that appears whole or not at all: `results/<utc>-<scenario>-<commit>/`.
///
/// It is reserved before the run, so that a place that cannot be written to is known before minutes are spent, filled
/// under a hidden name beside its final one, and renamed when the last file is on the disk. Nothing is overwritten: a
/// name that is taken gets a number.
package final class ResultBundle {
    /// The name of the bundle: the id of its run.
    package let name: String
    /// The directory that holds bundles, as it was named.
    package let directory: String
    private let temporary: String
    /// Tells other runs that the unfinished bundle is in use.
    private let claim: FolderClaim.Attempt

    /// Where the finished bundle is.
    package var path: String { "\(directory)/\(name)" }

    /// Reserves a name in a directory, which is created if need be. Unfinished bundles in it whose runs are no more (they
    /// were killed) are removed.
    ///
    /// - Throws: ``BundleError`` when it cannot be written to.
    package init(reserving name: String, in directory: String) throws(BundleError) {
        try BundleFile.createDirectories(directory)
        FolderClaim.sweep(directory, where: Self.isUnfinished, remove: BundleFile.removeDirectory)
        var candidate = name
        var number = 1
        while true {
            let temporary = "\(directory)/.\(candidate)\(Self.suffix)"
            if !BundleFile.exists("\(directory)/\(candidate)"), let claim = try FolderClaim.create(temporary) {
                (self.name, self.directory, self.temporary, self.claim) = (candidate, directory, temporary, claim)
                return
            }
            number += 1
            candidate = "\(name)-\(number)"
        }
    }

    private static let suffix = ".unfinished"

    private static func isUnfinished(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(suffix) }

    /// Writes all files and gives the bundle its name.
    ///
    /// - Throws: ``BundleError``; what was written so far has been removed.
    package func publish(_ files: [(name: String, text: String)]) throws(BundleError) {
        do throws(BundleError) {
            for file in files { try write(file.text, to: file.name) }
            try finish()
        } catch {
            discard()
            throw error
        }
    }

    /// Writes one file.
    ///
    /// - Throws: ``BundleError``; the bundle is then unfinished, and should be discarded.
    package func write(_ text: String, to file: String) throws(BundleError) {
        try BundleFile.write(text, to: "\(temporary)/\(file)")
    }

    /// Gives the bundle its name, and points `latest` at it.
    ///
    /// - Throws: ``BundleError``; the bundle is then unfinished, and should be discarded.
    package func finish() throws(BundleError) {
        try BundleFile.synchronise(temporary)
        try BundleFile.rename(temporary, to: path)
        try BundleFile.synchronise(directory)
        // A thing of the user's that is called `latest` but is no link stays as it is.
        _ = try BundleFile.link("\(directory)/latest", to: name)
    }

    /// Removes what was written so far.
    package func discard() {
        BundleFile.removeDirectory(temporary)
    }
}

/// Why results could not be written.
package struct BundleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done: `create`, `write`, `rename`.
    package let action: String
    /// The file or directory.
    package let path: String
    /// Why the system refused.
    package let reason: String

    package var description: String {
        "cannot \(action) \(path): \(reason); choose another place with --out, or free some space"
    }
}
