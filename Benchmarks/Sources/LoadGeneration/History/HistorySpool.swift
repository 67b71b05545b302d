package import DedupVerification

/// The stretches of a history that is too large to be held, in files without names: they are gone when the process is, however
/// that ends.
///
/// What is kept in memory of a stretch is how long it is, so that the file does not show in the memory that is measured.
package final class HistorySpool {
    /// Where a stretch is, and what it lacks.
    private struct Stretch {
        /// Nil when it has been taken. A file is gone when all of its stretches are.
        var file: UnnamedFile?
        var offset: Int
        var calls: Int
        var executions: Int
        var excuses: Int
        var dropped: (calls: Int, executions: Int, excuses: Int)
    }

    /// What a call takes with its execution and an excuse at the most, in bytes, and what is kept of an execution while the history is
    /// checked.
    private static let bytes = (call: 200, execution: 64)

    /// When a file is as long as this, the next one is begun: the space of what has been taken is given back file by file.
    private static let fileSize = 256 << 20

    private let folder: String
    /// The file that is written. The first one is made before the run, so that a folder that cannot be written to is known by
    /// then.
    private var file: UnnamedFile
    private var size = 0
    private var stretches: [Stretch] = []

    /// An empty spool in a folder, which is created if need be.
    ///
    /// - Throws: ``HistoryFileError`` when there is no writing to it.
    package init(in folder: String) throws(HistoryFileError) {
        self.folder = folder
        file = try UnnamedFile(in: folder)
        // So that the list of stretches does not grow while memory is measured.
        stretches.reserveCapacity(1_024)
    }

    /// How many stretches there are.
    package var count: Int { stretches.count }

    /// Whether there is room for a stretch of so many calls more, and then for the check of all: as much as a file is written before the
    /// file that it comes from is given back, and something for others.
    ///
    /// - Parameter free: How many bytes may still be written.
    package func hasRoom(for calls: Int, of free: Int) -> Bool {
        let executions = stretches.reduce(calls) { $0 + $1.executions }
        return free >= 2 * (Self.fileSize + calls * Self.bytes.call) + executions * Self.bytes.execution
    }

    /// Appends a stretch.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be written, for want of space for example.
    package func append(_ history: History) throws(HistoryFileError) {
        if size >= Self.fileSize {
            file = try UnnamedFile(in: folder)
            size = 0
        }
        let offset = size
        try file.write(history.calls, at: &size)
        try file.write(history.executions, at: &size)
        try file.write(history.excuses, at: &size)
        stretches.append(
            Stretch(
                file: file, offset: offset, calls: history.calls.count, executions: history.executions.count,
                excuses: history.excuses.count,
                dropped: (history.droppedCalls, history.droppedExecutions, history.droppedExcuses)))
    }

    /// Reads a stretch for good: it can be taken once, and is empty after that.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be read.
    package func take(_ number: Int) throws(HistoryFileError) -> History {
        let stretch = stretches[number]
        guard let file = stretches[number].file.take() else { return History() }
        var place = stretch.offset
        return History(
            calls: try file.read(Call.self, count: stretch.calls, at: &place),
            executions: try file.read(Execution.self, count: stretch.executions, at: &place),
            excuses: try file.read(Excuse.self, count: stretch.excuses, at: &place),
            droppedCalls: stretch.dropped.calls, droppedExecutions: stretch.dropped.executions,
            droppedExcuses: stretch.dropped.excuses)
    }
}
