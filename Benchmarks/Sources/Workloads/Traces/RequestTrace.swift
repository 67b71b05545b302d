/// A recorded sequence of requests in memory: 16 bytes a request.
package struct RequestTrace: Hashable, Sendable {
    /// When each request was made, in nanoseconds from any start; never decreasing. 0 where the trace does not say.
    package var times: [UInt64] = []
    /// Which key each request asked for: numbers from 0 in order of first appearance.
    package var keys: [UInt32] = []
    /// How large each answer was, in bytes; 1 where the trace does not say.
    package var sizes: [UInt32] = []
    /// Whether the trace says when each request was made.
    package var hasTimes = false
    /// Whether the trace says how large each answer was.
    package var hasSizes = false
    /// The number of different keys.
    package var keyCount = 0

    /// The number of requests.
    package var count: Int { keys.count }

    package init() {}

    /// Reads a whole trace.
    ///
    /// - Throws: ``TraceError``, also if the trace holds no request.
    package init(contentsOf file: String) throws(TraceError) {
        var reader = try TraceReader(file: file)
        while let request = try reader.next() {
            times.append(request.time)
            keys.append(request.key)
            sizes.append(request.size)
        }
        (keyCount, hasTimes, hasSizes) = (reader.keyCount, reader.hasTimes, reader.hasSizes)
        guard count > 0 else { throw TraceError(file: file, line: nil, field: nil, reason: .empty) }
    }
}
