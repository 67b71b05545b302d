package import DedupVerification
package import Workloads

/// What a benchmark drives.
///
/// The harness supplies the step's body as an ``Operation``; the subject decides whether to run it. One call gives one
/// answer. Calls come from many clients at once.
///
/// A class, so that the generic load loop holds one pointer and calls through one witness: no existential box an
/// operation.
package protocol Subject: AnyObject, Sendable {
    /// What the subject is and what it promises.
    var information: SubjectInformation { get }

    /// Answers one request, running `operation` if that is what it takes.
    ///
    /// It never throws: an error of the operation becomes ``Answer/failed(_:)``. It returns without suspending when it
    /// has the answer at hand.
    func call(_ request: Request, _ operation: Operation) async -> Answer

    /// What the subject itself counted since it was made; nil where it does not count.
    var counters: SubjectCounters { get }

    /// How many results it holds now; nil if it cannot say.
    var liveEntries: Int? { get }

    /// Returns when the subject does nothing on its own any more: the state in which memory is measured.
    func quiesce() async

    /// Forgets every result, as if newly made, but keeps its counters.
    func reset() async

    /// Ends the subject. No call is made afterwards.
    func shutdown() async
}

extension Subject {
    package var counters: SubjectCounters { SubjectCounters() }
    package var liveEntries: Int? { nil }
    package func quiesce() async {}
    package func reset() async {}
    package func shutdown() async {}
}
