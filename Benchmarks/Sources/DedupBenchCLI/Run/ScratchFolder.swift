internal import Foundation
internal import Reporting

/// A temporary folder of this process.
///
/// It is removed with everything in it when its last owner lets it go. What a process left behind that was killed is removed
/// by the next one that makes such a folder.
final class ScratchFolder: Sendable {
    /// The folder.
    let path: String
    /// Tells other processes that it is in use.
    private let claim: FolderClaim.Attempt

    /// Makes a folder, with nothing in it yet.
    ///
    /// - Parameter purpose: A word for what it holds: a part of its name.
    /// - Throws: ``BundleError``.
    init(_ purpose: String) throws(BundleError) {
        let (parent, prefix) = (FileManager.default.temporaryDirectory, "dedupbench-\(purpose)-")
        FolderClaim.sweep(parent.path, where: { $0.hasPrefix(prefix) }) { Self.remove($0) }
        path = parent.appending(path: "\(prefix)\(UUID().uuidString)").path
        guard let claim = try FolderClaim.create(path) else {
            preconditionFailure("\(path) has a new name, and is there already.")
        }
        self.claim = claim
    }

    /// The same, for a command that ends where it cannot be made.
    convenience init(of purpose: String) throws(Failure) {
        do throws(BundleError) { try self.init(purpose) } catch { throw Failure(unwritten: error) }
    }

    deinit { Self.remove(path) }

    /// Removes it now.
    func remove() { Self.remove(path) }

    private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
