internal import Caching

/// A store of execution records.
///
/// A store adds up: ``save(_:)`` takes changes, not states, so that several writers, processes and machines may share one
/// store. `DedupTesting` has a conformance suite that every store must pass.
///
/// The library calls ``save(_:)`` in tasks of its own, without the task-locals of a request, and the other methods in the
/// task that asks.
///
/// Edges, the same for all stores:
/// - a `limit` of 0 gives an empty result, a negative one throws ``RecordQueryError``;
/// - an unknown step or fingerprint is not an error: the result is empty or `nil`;
/// - step names may be any text, the empty one included, and are compared byte by byte;
/// - sums saturate at `Int.max`.
public protocol ExecutionRecordStore: Sendable {
    /// Adds the changes to the records with the same ids: all changes or, when it throws, none.
    ///
    /// A batch may name an id several times; each change counts. An empty batch does nothing.
    func save(_ changes: [ExecutionRecord]) async throws

    /// The record of a fingerprint, or `nil` if none is stored.
    func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord?

    /// The sums over all records of each step, most offered first, equally often offered ones by the bytes of their names.
    ///
    /// - Parameters:
    ///   - step: only this step; `nil` for all.
    ///   - limit: the highest number of steps in the result.
    /// - Throws: ``RecordQueryError`` if the limit is negative.
    func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics]

    /// The records that were offered (executed, hit or joined) more than `threshold` times, most offered first, equally
    /// often offered ones by id.
    ///
    /// - Parameters:
    ///   - threshold: a record that was offered exactly as often is left out; a negative threshold leaves out none.
    ///   - limit: the highest number of records in the result.
    /// - Throws: ``RecordQueryError`` if the limit is negative.
    func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord]
}

/// A store that can take changes at once and never refuses them: a task that writes them later costs more than that.
package protocol ImmediateRecordStore: ExecutionRecordStore {
    /// Adds the changes, as ``ExecutionRecordStore/save(_:)`` does, unless that would have to wait.
    ///
    /// Called under a lock of the writer; it takes no lock but its own.
    ///
    /// - Returns: Whether they were added.
    func saveAtOnce(_ changes: [ExecutionRecord]) -> Bool
}

/// The error of a query whose arguments make no sense.
public struct RecordQueryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The argument that is wrong.
    public let argument: String

    /// The fault and its remedy.
    public let message: String

    /// The argument and the message.
    public var description: String { "\(argument): \(message)" }

    /// Throws unless `limit` is 0 or higher. For stores.
    public static func validate(limit: Int) throws(RecordQueryError) {
        guard limit >= 0 else {
            throw RecordQueryError(
                argument: "limit", message: "\(limit) is negative; ask for 0 results or more.")
        }
    }
}

extension RecordQueryError: LibraryError {}
