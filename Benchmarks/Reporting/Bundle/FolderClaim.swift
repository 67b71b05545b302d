internal import Glibc

/// The claim of a running process on a folder of its own, which ends with the process however it ends: the system gives
/// the lock back that stands for it. What was left behind can so be told from what is in use.
package final class FolderClaim: Sendable {
    /// What came of trying to claim a folder.
    package enum Attempt: Sendable {
        case claimed(FolderClaim)
        /// Another process has it, or has just removed it.
        case taken
        /// The file system does not know such locks: nobody can claim the folder, and nobody sweeps it.
        case impossible
    }

    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Tries to claim a folder.
    package static func attempt(_ path: String) -> Attempt {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? .taken : .impossible }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return .claimed(FolderClaim(descriptor)) }
        let isTaken = errno == EWOULDBLOCK
        close(descriptor)
        return isTaken ? .taken : .impossible
    }

    /// Removes those folders in `directory` that nobody claims any more.
    ///
    /// - Parameters:
    ///   - isOurs: Whether a folder of that name is one that is claimed by whoever uses it.
    ///   - remove: Removes one; it gets the path.
    package static func sweep(_ directory: String, where isOurs: (String) -> Bool, remove: (String) -> Void) {
        for name in BundleFile.names(in: directory) where isOurs(name) {
            let path = "\(directory)/\(name)"
            guard case .claimed(let claim) = attempt(path) else { continue }
            // Held until the folder is gone, so that nobody takes it meanwhile.
            withExtendedLifetime(claim) { remove(path) }
        }
    }
}
