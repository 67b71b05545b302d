internal import Glibc

/// The claim of a running process on a folder of its own, which ends with the process however it ends: the system gives
/// the lock back that stands for it. What was left behind can so be told from what is in use.
package final class FolderClaim: Sendable {
    /// What came of trying to claim a folder.
    package enum Attempt: Sendable {
        case claimed(FolderClaim)
        /// Another process has it, or has just removed it.
        case taken
        /// The file system does not know such locks: no process can claim the folder, and none sweeps it.
        case impossible
    }

    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Makes a folder and claims it. A process that sweeps at this moment may have it first, and removes it; then it is
    /// made once more.
    ///
    /// - Returns: What came of the claim, which is not `taken`; nil if something of that name is there already.
    /// - Throws: ``BundleError`` when the folder cannot be made.
    package static func create(_ path: String) throws(BundleError) -> Attempt? {
        while try BundleFile.createNew(path) {
            let claim = attempt(path)
            if case .taken = claim { continue }
            return claim
        }
        return nil
    }

    /// Tries to claim a folder.
    package static func attempt(_ path: String) -> Attempt {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? .taken : .impossible }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            close(descriptor)
            return isTaken ? .taken : .impossible
        }
        let claim = FolderClaim(descriptor)
        return claim.isAt(path) ? .claimed(claim) : .taken
    }

    /// Whether the folder is still where it was when it was opened: its former owner may have removed it since.
    private func isAt(_ path: String) -> Bool {
        var (own, named) = (stat(), stat())
        guard fstat(descriptor, &own) == 0, lstat(path, &named) == 0 else { return false }
        return own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    /// Removes those folders in `directory` that no process claims any more.
    ///
    /// - Parameters:
    ///   - isOurs: Whether a folder of that name is one that is claimed by its user.
    ///   - remove: Removes one; it gets the path.
    package static func sweep(_ directory: String, where isOurs: (String) -> Bool, remove: (String) -> Void) {
        for name in BundleFile.names(in: directory) where isOurs(name) {
            let path = "\(directory)/\(name)"
            guard case .claimed(let claim) = attempt(path) else { continue }
            // Held until the folder is gone, so that no other process takes it meanwhile.
            withExtendedLifetime(claim) { remove(path) }
        }
    }
}
