internal import Foundation
internal import LoadGeneration
internal import Subprocess
internal import Synchronization

/// Gives the run of another process its turns among others.
///
/// There is a pipe for its requests and one for the answers, named in the environment: a program that does not know of them does
/// not look there, and runs as a whole in its first turn. Both ends of both are open here, so that neither process waits for the
/// other to open them, and a run whose comparison was killed sees its pipe end.
///
/// `@unchecked`: everything is immutable or atomic, and a Dispatch source may be cancelled on any thread.
final class TurnLink: @unchecked Sendable {
    /// What the process is to find in its environment.
    let environment: [Environment.Key: String?]
    private let turns: any Turns
    private let requests: Int32
    private let grants: Int32
    private let hasAsked = Atomic(false)
    private let source: any DispatchSourceRead
    private let received: AsyncStream<UInt8>

    /// Makes the pipes.
    ///
    /// - Parameters:
    ///   - turns: The turns, which have begun: the process is started in the first one.
    ///   - folder: Where the pipes are made: it is new, and removed by the caller.
    /// - Throws: ``Failure`` with code 6.
    init(_ turns: any Turns, in folder: String) throws(Failure) {
        self.turns = turns
        environment = [Environment.Key(stringLiteral: LinkedTurns.variable): folder]
        requests = try Self.pipe("\(folder)/\(LinkedTurns.requests)")
        do throws(Failure) {
            grants = try Self.pipe("\(folder)/\(LinkedTurns.grants)")
        } catch {
            Foundation.close(requests)
            throw error
        }
        let (received, continuation) = AsyncStream.makeStream(of: UInt8.self)
        self.received = received
        source = DispatchSource.makeReadSource(
            fileDescriptor: requests, queue: DispatchQueue(label: "dedupbench.turns"))
        source.setEventHandler { [requests] in
            var byte: UInt8 = 0
            while read(requests, &byte, 1) == 1 { continuation.yield(byte) }
        }
        source.setCancelHandler { [requests] in
            Foundation.close(requests)
            continuation.finish()
        }
        source.activate()
    }

    deinit { Foundation.close(grants) }

    /// Whether the program takes turns: it has asked for them.
    var isUsed: Bool { hasAsked.load(ordering: .relaxed) }

    /// Answers the process until ``close()``, or until it asks for what it cannot have.
    ///
    /// - Returns: Whether all that it asked for made sense.
    func serve() async -> Bool {
        var isOver = false
        for await byte in received {
            guard let request = LinkedTurns.Request(rawValue: byte), !isOver else { return false }
            hasAsked.store(true, ordering: .relaxed)
            switch request {
            case .begin: break
            case .pass: await turns.pass()
            case .end:
                await turns.end()
                isOver = true
            }
            var granted: UInt8 = 1
            write(grants, &granted, 1)
        }
        return true
    }

    /// Stops answering: the process has ended.
    func close() { source.cancel() }

    private static func pipe(_ path: String) throws(Failure) -> Int32 {
        guard mkfifo(path, 0o600) == 0 else {
            throw Failure("cannot write \(path): \(String(cString: strerror(errno)))", .cannotWrite)
        }
        let descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure("cannot open \(path): \(String(cString: strerror(errno)))", .cannotWrite)
        }
        return descriptor
    }
}
