internal import Foundation
internal import LoadGeneration

/// The turns of the one run of this process among those of others, which a comparison gives it: see ``TurnLink``.
final class LinkedTurns: Turns {
    /// What a run asks for, a byte each. It is answered with a byte when it is granted.
    enum Request: UInt8, Sendable {
        case begin = 98
        case pass = 112
        case end = 101
    }

    /// The variable of the environment that says so: the folder with the two pipes.
    static let variable = "DEDUPBENCH_TURNS"
    /// The names of the pipes.
    static let (requests, grants) = ("requests", "grants")

    private let requests: FileHandle
    private let grants: FileHandle
    private let context: CommandContext
    /// Waits for answers, as no thread of the runtime may.
    private let queue = DispatchQueue(label: "dedupbench.turns")

    /// Those that the environment speaks of; nil where it does not.
    ///
    /// - Throws: ``Failure`` with code 64 if there is no comparison at the other end, or the plan has several runs.
    init?(of plan: RunPlan, in context: CommandContext) throws(Failure) {
        guard let folder = context.console.environment[Self.variable] else { return nil }
        guard plan.subjects.count == 1, plan.combinations.count == 1 else {
            throw Failure("\(Self.variable): one run takes turns with those of other processes; unset it", .usage)
        }
        // Neither waits for the other end: without a reader the first one fails at once.
        let writing = open("\(folder)/\(Self.requests)", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        let reading = writing < 0 ? -1 : open("\(folder)/\(Self.grants)", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard reading >= 0, fcntl(reading, F_SETFL, O_RDONLY) == 0 else {
            let reason = String(cString: strerror(errno))
            for descriptor in [writing, reading] where descriptor >= 0 { close(descriptor) }
            throw Failure("\(Self.variable): there is no comparison at \(folder) (\(reason)); unset it", .usage)
        }
        requests = FileHandle(fileDescriptor: writing, closeOnDealloc: true)
        grants = FileHandle(fileDescriptor: reading, closeOnDealloc: true)
        self.context = context
    }

    func begin() async { await ask(.begin) }
    func pass() async { await ask(.pass) }
    func end() async { await ask(.end) }

    /// Asks and waits. Where the comparison has gone, the run has no use left: it is stopped, and goes on to its end.
    private func ask(_ request: Request) async {
        await withUnsafeContinuation { continuation in
            queue.async {
                if !self.isGranted(request), self.context.interruption.reason == nil {
                    self.context.console.error("stopping: the comparison that this run is a part of has ended\n")
                    self.context.interruption.interrupt(SIGTERM)
                }
                continuation.resume()
            }
        }
    }

    private func isGranted(_ request: Request) -> Bool {
        do {
            try requests.write(contentsOf: [request.rawValue])
            return try grants.read(upToCount: 1)?.isEmpty == false
        } catch {
            return false
        }
    }
}
