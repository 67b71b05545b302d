internal import DedupBenchKit
internal import Workloads

extension Client {
    /// How long before anything is to happen in a round it is planned: threads that wait for it have started by then.
    private static var preparation: UInt64 { 200_000 }

    /// Calls in rounds: client 0 leads and makes the event, all others come at it, some time earlier or later.
    func runEdges(number: Int, of count: Int, herd: HerdGate, edge: EdgeGate, on worker: isolated Worker) async {
        let schedule = edge.schedule
        let group: EdgeGate.Group = number >= schedule.event.leaders ? .herd : .maker
        var position = number
        while let cycle = await gate.next() {
            while position < cycle.limit {
                await herd.wait()
                let round = schedule.round(of: position)
                // The leader decides for all of them: a herd without it would wait for ever.
                if number == 0, stop.isSet || time.now() >= cycle.deadline { edge.close() }
                if edge.isClosed { break }
                if !schedule.isInLastTurn(position) {
                    await callNow(position, of: cycle.requests)
                } else if number == 0 {
                    await lead(position, Herd(edge: edge, round: round, cycle: cycle))
                } else {
                    guard await edge.released(group, in: round) else { break }
                    let start = time.now()
                    if group == .herd { edge.comes(at: start) } else { edge.happens(at: start) }
                    await call(position, of: cycle.requests, intended: start, start: start)
                }
                position += count
            }
            herd.leave()
        }
    }

    /// Makes the event of a round, and sends the herd for it.
    private func lead(_ position: Int, _ herd: Herd) async {
        let (edge, requests) = (herd.edge, herd.cycle.requests)
        edge.begin(herd.round)
        let schedule = edge.schedule
        let request = requests[position]
        // A herd that comes before the event has to be sent for before it.
        let room = UInt64(schedule.sweep) + Self.preparation
        switch schedule.event {
        case .start: await call(position, herd, eventAfter: 0, room: room)
        case .publication, .failure, .eviction:
            await call(position, herd, eventAfter: UInt64(request.latency), room: room)
        case .deadline, .cancellation:
            await call(position, herd, eventAfter: UInt64(request.patience), room: room)
        case .expiry:
            await callNow(position, of: requests)
            let event = time.now() + schedule.lifetime
            edge.happens(at: event)
            send(herd, for: event)
        case .invalidation:
            await callNow(position, of: requests)
            let event = time.now() + room
            send(herd, for: event)
            release(.maker, of: herd, at: event)
        }
    }

    private func callNow(_ position: Int, of requests: RequestStream) async {
        let start = time.now()
        await call(position, of: requests, intended: start, start: start)
    }

    /// Calls so that the event, which is some time after the call begins, is far enough ahead for the herd.
    private func call(_ position: Int, _ herd: Herd, eventAfter delay: UInt64, room: UInt64) async {
        let begin = time.now() + max(Self.preparation, room - min(room, delay))
        send(herd, for: begin + delay)
        release(.maker, of: herd, at: begin)
        guard await herd.edge.released(.maker, in: herd.round) else { return }
        let start = time.now()
        await call(position, of: herd.cycle.requests, intended: start, start: start)
        herd.edge.happens(at: herd.edge.schedule.event == .start ? start : time.now())
    }

    /// Lets the herd go in time for an event.
    private func send(_ herd: Herd, for event: UInt64) {
        release(.herd, of: herd, at: herd.edge.time(ofRound: herd.round, event: event))
    }

    /// Lets a group go at a time: on a thread of its own, because no sleep of a task is that exact. Where the phase is over before,
    /// nothing goes any more.
    private func release(_ group: EdgeGate.Group, of herd: Herd, at wanted: UInt64) {
        let (time, stop) = (time, stop)
        // A stop is noticed in time, however long the wait.
        let next = { @Sendable (now: UInt64) in min(wanted, now + StopSignal.longestWait) }
        machine.pace(from: next(time.now())) {
            let now = time.now()
            if now >= wanted {
                herd.edge.release(group, in: herd.round)
                return nil
            }
            if stop.isSet || now >= herd.cycle.deadline { herd.edge.close() }
            return herd.edge.isClosed ? nil : next(now)
        }
    }
}

/// What is sent for an event: the herd of a round, unless the phase is over before.
private struct Herd {
    let edge: EdgeGate
    let round: Int
    /// What the clients do until when.
    let cycle: Cycle
}
