internal import CProcessor

/// The processors of the machine, by which hits are kept apart.
@usableFromInline
package enum Processor {
    /// A number of the processor that the calling thread runs on. It may be another one by the time it is used, so it is
    /// good for choosing between locks and for nothing else.
    @usableFromInline package static var current: Int { Int(dedup_processor_current()) }

    /// Lets other threads run that want this processor.
    package static func yield() { dedup_thread_yield() }

    /// How many there are.
    static let count = Int(dedup_processor_count())
}
