internal import Glibc

/// The few calls of the operating system that a bundle needs, with errors that name the path.
package enum BundleFile {
    /// Creates a directory and those above it; one that is there already is fine.
    static func createDirectories(_ path: String) throws(BundleError) {
        if mkdir(path, 0o777) == 0 || (errno == EEXIST && isDirectory(path)) { return }
        let code = errno
        guard code == ENOENT, let parent = parent(of: path) else { throw failure("create", path, code) }
        try createDirectories(parent)
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("create", path, errno) }
    }

    /// Creates a directory that must not be there yet.
    ///
    /// - Returns: false if something of that name exists.
    static func createNew(_ path: String) throws(BundleError) -> Bool {
        if mkdir(path, 0o777) == 0 { return true }
        guard errno == EEXIST else { throw failure("create", path, errno) }
        return false
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Writes a new file, and has the disk confirm it.
    package static func write(_ text: String, to path: String) throws(BundleError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure("write", path, errno) }
        defer { close(file) }
        if let code = write(text, to: file) { throw failure("write", path, code) }
        // What is no file on a disk, a pipe for example, says EINVAL: then there is nothing to confirm.
        guard fsync(file) == 0 || errno == EINVAL else { throw failure("write", path, errno) }
    }

    /// Finds out whether a file can be written, before what takes minutes and ends with writing it. What is there stays as it is; a
    /// file that is not there is made, and removed at once.
    package static func checkWritable(_ path: String) throws(BundleError) {
        var status = stat()
        if stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR { throw failure("write", path, EISDIR) }
            // Not opened: a pipe's reader would take the closing for its end.
            guard access(path, W_OK) == 0 else { throw failure("write", path, errno) }
            return
        }
        guard errno == ENOENT else { throw failure("write", path, errno) }
        if let target = targetOfLink(path) { return try checkWritable(target) }
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else {
            // Another process has made it meanwhile.
            if errno == EEXIST { return }
            throw failure("write", path, errno)
        }
        close(file)
        unlink(path)
    }

    /// What a symbolic link leads to; nil where there is none.
    private static func targetOfLink(_ path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let target = String(decoding: bytes[..<count], as: UTF8.self)
        let folder = parent(of: path) ?? (path.hasPrefix("/") ? "" : ".")
        return target.hasPrefix("/") ? target : folder + "/" + target
    }

    /// Adds a text to the end of a file, which is made if need be.
    package static func append(_ text: String, to path: String) throws(BundleError) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure("write", path, errno) }
        defer { close(file) }
        if let code = write(text, to: file) { throw failure("write", path, code) }
    }

    /// Adds a line to the end of a file, which is made if need be: in one piece, so that lines of several processes do not mix.
    /// After a line that was cut off a new one begins.
    static func append(line: String, to path: String) throws(BundleError) {
        let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure("write", path, errno) }
        defer { close(file) }
        var (status, last) = (stat(), UInt8(ascii: "\n"))
        let isCutOff =
            fstat(file, &status) == 0 && status.st_size > 0 && pread(file, &last, 1, status.st_size - 1) == 1
            && last != UInt8(ascii: "\n")
        if let code = write((isCutOff ? "\n" : "") + line + "\n", to: file) { throw failure("write", path, code) }
    }

    /// Writes a text to a file descriptor; returns the number of the error that kept it from being written whole.
    package static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var rest = ArraySlice(Array(text.utf8))
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            let code = errno
            if count < 0 && code == EINTR { continue }
            guard count > 0 else { return code }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    /// All bytes of a file.
    package static func read(_ path: String) throws(BundleError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("read", path, errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            let code = errno
            if count < 0 && code == EINTR { continue }
            guard count >= 0 else { throw failure("read", path, code) }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
        }
    }

    /// Has the disk confirm the names in a directory.
    static func synchronise(_ directory: String) throws(BundleError) {
        let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure("write", directory, errno) }
        defer { close(file) }
        // Some file systems cannot do this for a directory and say EINVAL: then there is nothing to confirm.
        guard fsync(file) == 0 || errno == EINVAL else { throw failure("write", directory, errno) }
    }

    /// Renames a directory, or a file. The system refuses a directory as target that holds anything; a file takes the place
    /// of another one.
    static func rename(_ source: String, to target: String) throws(BundleError) {
        guard Glibc.rename(source, target) == 0 else { throw failure("rename", target, errno) }
    }

    /// Points a symbolic link at `target`, replacing an older link but nothing else.
    ///
    /// - Returns: false if something that is not a link has the name.
    static func link(_ path: String, to target: String) throws(BundleError) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFLNK { return false }
        let temporary = "\(path).\(getpid())"
        unlink(temporary)
        guard symlink(target, temporary) == 0 else { throw failure("create", temporary, errno) }
        guard Glibc.rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw failure("rename", path, code)
        }
        return true
    }

    /// The names of what is in a directory; none where it cannot be read.
    static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a file.
    static func remove(_ path: String) throws(BundleError) {
        guard unlink(path) == 0 else { throw failure("delete", path, errno) }
    }

    /// Removes a directory and the files in it, if it can. What holds directories is not ours, and stays.
    static func removeDirectory(_ path: String) {
        for file in names(in: path) { unlink("\(path)/\(file)") }
        rmdir(path)
    }

    private static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
        return String(path[..<slash])
    }

    private static func failure(_ action: String, _ path: String, _ code: Int32) -> BundleError {
        BundleError(action: action, path: path, reason: String(cString: strerror(code)))
    }
}
