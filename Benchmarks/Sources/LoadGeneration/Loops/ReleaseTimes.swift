internal import Synchronization

/// When the pacer released each request of an open loop, or was to if that was later; and whether a client was free for it.
///
/// The times of a window of requests are in memory; those of others are in a file, if there are others.
///
/// Unchecked: the pacer writes each slot before it hands the request over. All else is done while ``isPaced`` is false, between the
/// cycles of the phase and after it.
package final class ReleaseTimes: @unchecked Sendable {
    private static let flag: UInt64 = 1 << 63
    /// How many of the first releases are kept: enough to tell how the gaps between them are distributed.
    private static let mostKept = 100_000
    private let times: UnsafeMutableBufferPointer<UInt64>
    /// Where the file is to be; nil where all requests are in memory.
    private let folder: String?
    private var file: UnnamedFile?
    /// The positions whose times are in memory.
    private var window: Range<Int>
    /// How many requests were released, and how many of them found every client of their worker busy, before the window.
    private var before = (released: 0, backlogged: 0)
    private var isOver = false
    private let pacing = Atomic(false)
    /// When the first 100,000 requests were released, or those of the first window, by position.
    private(set) var first: [UInt64] = []
    /// When the last request was released; 0 if none was.
    private(set) var last: UInt64 = 0

    /// Room for so many requests, none of them released.
    package convenience init(count: Int) { self.init(count: count, othersIn: nil) }

    /// Room for so many requests at a time, and for the others in a file in the folder, which is made when it is needed.
    init(count: Int, othersIn folder: String?) {
        times = .allocate(capacity: count)
        times.initialize(repeating: 0)
        self.folder = folder
        window = 0..<count
    }

    deinit {
        times.deallocate()
    }

    /// Whether a pacer notes releases.
    var isPaced: Bool { pacing.load(ordering: .acquiring) }

    /// A pacer begins.
    func begin() { pacing.store(true, ordering: .releasing) }

    /// The pacer notes no more.
    func end() { pacing.store(false, ordering: .releasing) }

    /// Makes room for the requests from a position on, where not all have room.
    ///
    /// - Throws: ``HistoryFileError`` when the others cannot be written.
    func makeRoom(from position: Int) throws(HistoryFileError) {
        guard let folder, position > window.lowerBound else { return }
        if file == nil { file = try UnnamedFile(in: folder) }
        try close()
        window = position..<position + times.count
        times.update(repeating: 0)
    }

    /// There are no more.
    ///
    /// - Throws: ``HistoryFileError`` when what is in memory cannot be written.
    package func finish() throws(HistoryFileError) {
        try close()
        isOver = true
    }

    /// Counts the window, and writes it to the file, if there is one.
    private func close() throws(HistoryFileError) {
        before = (released, backlogged)
        if first.isEmpty { first = times.prefix(Self.mostKept).prefix { $0 != 0 }.map { $0 & ~Self.flag } }
        last = times.last { $0 != 0 }.map { $0 & ~Self.flag } ?? last
        guard let file else { return }
        var place = window.lowerBound * MemoryLayout<UInt64>.stride
        try file.write(Array(times), at: &place)
    }

    /// Brings the times of some requests to memory, after ``finish()``: of no more than there is room for.
    ///
    /// - Throws: ``HistoryFileError`` when they cannot be read.
    func show(_ positions: ClosedRange<Int>) throws(HistoryFileError) {
        guard let file, !window.contains(positions.lowerBound) || !window.contains(positions.upperBound) else { return }
        var place = positions.lowerBound * MemoryLayout<UInt64>.stride
        let read = try file.read(UInt64.self, count: positions.count, at: &place)
        window = positions.lowerBound..<positions.lowerBound + times.count
        for (number, time) in read.enumerated() { times[number] = time }
    }

    /// Notes a release; called once a request.
    package func note(_ position: Int, at time: UInt64, backlogged: Bool) {
        times[position - window.lowerBound] = backlogged ? time | Self.flag : time
    }

    /// When a request was released that is in memory, in nanoseconds of the machine's time; 0 if it was not.
    func time(of position: Int) -> UInt64 { times[position - window.lowerBound] & ~Self.flag }

    /// How many requests were released.
    var released: Int { before.released + (isOver ? 0 : times.count { $0 != 0 }) }

    /// How many of them found every client of their worker busy.
    var backlogged: Int { before.backlogged + (isOver ? 0 : times.count { $0 & Self.flag != 0 }) }

    /// How late a request was released. Nothing but the pacer decides that, so it is the generator's own lag.
    func lag(of position: Int, intended: UInt64) -> UInt64 {
        time(of: position) - min(time(of: position), intended)
    }

    /// How long a released request waited until its call started: for a client, or for the worker to let one run.
    func wait(of position: Int, start: UInt64) -> UInt64 { start - min(start, time(of: position)) }
}
