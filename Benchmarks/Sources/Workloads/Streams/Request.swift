/// One request of a stream. What it asks of the loader counts only if it becomes the one that executes.
package struct Request: Hashable, Sendable {
    package var key: UInt32
    /// How long an execution takes that this request causes, in nanoseconds.
    package var latency: UInt32
    /// How large the key's value is, in bytes.
    package var valueSize: UInt32
    /// True if an execution that this request causes fails.
    package var fails: Bool
    /// Open loop: when the request is intended to start, in nanoseconds from the start of the phase; else 0.
    package var intended: UInt64

    package init(key: UInt32, latency: UInt32 = 0, valueSize: UInt32 = 0, fails: Bool = false, intended: UInt64 = 0) {
        self.key = key
        self.latency = latency
        self.valueSize = valueSize
        self.fails = fails
        self.intended = intended
    }
}
