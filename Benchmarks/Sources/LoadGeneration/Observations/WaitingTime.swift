internal import DedupVerification

/// Who held requests of an open loop up between their release and their start: the subject, or the generator itself.
///
/// A request waits for a client of its worker. As long as the worker has a call open, the subject is at work or holds the
/// client; when it has none, the generator is at fault.
struct WaitingTime {
    /// How long all requests waited together, in nanoseconds.
    private(set) var waited = 0.0
    /// The part of that in which their worker had a call open.
    private(set) var inside = 0.0

    /// Of the time that all requests waited, the share in which their worker had a call open; 0 when none waited.
    var subjectShare: Double { waited > 0 ? inside / waited : 0 }

    /// Adds some calls, of which no other one was open when the first began or the last ended.
    mutating func add(_ calls: [Call], releases: ReleaseTimes, workers: Int) {
        var byWorker = [[Call]](repeating: [], count: workers)
        for call in calls where call.hasReturned { byWorker[Int(call.request) % workers].append(call) }
        for calls in byWorker {
            let open = OpenTime(calls)
            for call in calls {
                let release = min(releases.time(of: Int(call.request)), call.start)
                waited += Double(call.start - release)
                inside += Double(open.total(until: call.start) - open.total(until: release))
            }
        }
    }
}

/// The times at which any of some calls was open.
private struct OpenTime {
    private var begins: [UInt64] = []
    private var ends: [UInt64] = []
    /// How long calls had been open before each stretch.
    private var before: [UInt64] = []

    init(_ calls: [Call]) {
        for call in calls.sorted(by: { $0.start < $1.start }) {
            if let last = ends.last, call.start <= last {
                ends[ends.count - 1] = max(last, call.end)
            } else {
                before.append((before.last ?? 0) + ((ends.last ?? 0) - (begins.last ?? 0)))
                begins.append(call.start)
                ends.append(call.end)
            }
        }
    }

    /// For how long a call had been open by `time`, all stretches together.
    func total(until time: UInt64) -> UInt64 {
        var (low, high) = (0, begins.count)
        while low < high {
            let middle = (low + high) / 2
            if begins[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : before[low - 1] + min(time, ends[low - 1]) - begins[low - 1]
    }
}
