#if SQLite
import Foundation
import GRDB

/// A directory of a test's own, removed with the value that stands for it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "dedup-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a record store in the directory.
    var database: String { path + "/records.sqlite" }

    var contents: Data {
        get throws { try Data(contentsOf: URL(fileURLWithPath: database)) }
    }

    func write(_ contents: some DataProtocol) throws {
        try Data(contents).write(to: URL(fileURLWithPath: database))
    }

    func permissions(of file: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    }

    /// A connection of another program, which may leave transactions open.
    func otherConnection() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: database, configuration: configuration)
    }

    /// Runs SQL on the file as another program would.
    func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: database)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }
}
#endif
