internal import CProcessor

/// The processors of the machine, by which hits are kept apart.
@usableFromInline
enum Processor {
    /// A number of the processor that the calling thread runs on. It may be another one by the time it is used, so it is
    /// good for choosing between locks and for nothing else.
    @usableFromInline static var current: Int { Int(dedup_processor_current()) }

    /// How many there are.
    static let count = Int(dedup_processor_count())
}
