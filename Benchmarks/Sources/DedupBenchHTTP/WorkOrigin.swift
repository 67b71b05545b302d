#if HTTP
internal import DedupBenchKit
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// What stands behind a service: a server on the loopback interface that does the work of a key for each request it gets, so
/// that each execution is logged inside it.
///
/// The key is the last part of the path, or the header `Dedup-Key`. The answer is the value as bytes, with the number of the
/// execution in the header `Dedup-Execution` and that of the run in `Dedup-Run`; one that failed is answered with status 500 and that header.
final class WorkOrigin: Sendable {
    /// Names the execution of an answer.
    static let header = "Dedup-Execution"

    /// Names the run in which an answer was made.
    static let runHeader = "Dedup-Run"

    /// What the origin was asked for.
    struct Seen {
        var executions = 0
        /// Requests that named no key, or one that no call asks for.
        var keyless = 0
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    /// The work of a key: of the calls that are under way, in the order in which they began.
    private struct Offers {
        var waiting: [Work] = []
        /// Done again where the service asks more often than it is called.
        var latest: Work
    }

    private let offers = Mutex<[UInt32: Offers]>([:])
    private let server: NIOAsyncChannel<Connection, Never>
    private let run: String
    private let counts = Mutex(Seen())
    private let serving = Mutex<Task<Void, Never>?>(nil)

    /// Starts to listen.
    ///
    /// - Throws: ``HTTPSubjectError`` when the port is taken.
    init(port: Int, run: String) async throws {
        self.run = run
        do {
            server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.backlog, value: 1_024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw HTTPSubjectError("the origin cannot listen on 127.0.0.1:\(port): \(error); choose another port")
        }
        serving.withLock { serving in serving = Task { await self.serve() } }
    }

    /// What it was asked for so far.
    var seen: Seen { counts.withLock { $0 } }

    /// The work of a request that is about to be made: done if the service asks for its key.
    func offer(_ work: Work) {
        offers.withLock { offers in
            offers[work.key, default: Offers(latest: work)].waiting.append(work)
            offers[work.key]?.latest = work
        }
    }

    /// The request has been answered: it causes no execution any more.
    func withdraw(_ work: Work) {
        offers.withLock { offers in offers[work.key]?.waiting.removeAll { $0.number == work.number } }
    }

    /// Stops to listen, and waits until nothing is done any more.
    func stop() async {
        let task = serving.withLock { serving in
            defer { serving = nil }
            return serving
        }
        task?.cancel()
        await task?.value
        offers.withLock { $0 = [:] }
    }

    private func serve() async {
        // A connection that breaks is the client's affair; a server that is cancelled is over.
        try? await server.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                do {
                    for try await connection in connections {
                        group.addTask { try? await self.serve(connection) }
                    }
                } catch {}
                group.cancelAll()
            }
        }
    }

    private func serve(_ connection: Connection) async throws {
        try await connection.executeThenClose { parts, answers in
            var head: HTTPRequestHead?
            for try await part in parts {
                switch part {
                case .head(let received): head = received
                case .body: break
                case .end:
                    guard let request = head else { return }
                    try await answer(request, answers)
                    if !request.isKeepAlive { return }
                }
            }
        }
    }

    private func answer(
        _ request: HTTPRequestHead, _ answers: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        let (status, headers, body) = await result(of: request)
        var all = HTTPHeaders(headers)
        all.add(name: "Content-Length", value: "\(body.count)")
        all.add(name: "Connection", value: request.isKeepAlive ? "keep-alive" : "close")
        try await answers.write(.head(HTTPResponseHead(version: request.version, status: status, headers: all)))
        if request.method != .HEAD { try await answers.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
        try await answers.write(.end(nil))
    }

    private func result(
        of request: HTTPRequestHead
    ) async -> (HTTPResponseStatus, [(String, String)], [UInt8]) {
        guard let work = work(for: request) else {
            counts.withLock { $0.keyless += 1 }
            return (.notFound, [], Array("no request with this key is under way; end the path with the key\n".utf8))
        }
        counts.withLock { $0.executions += 1 }
        do {
            let value = try await work.run()
            let headers = [
                (Self.header, "\(value.execution)"), (Self.runHeader, run),
                ("Content-Type", "application/octet-stream"),
            ]
            return (.ok, headers, value.bytes)
        } catch let failure as ExecutionFailure {
            let headers = [(Self.header, "\(failure.execution)"), ("Content-Type", "text/plain")]
            return (.internalServerError, headers, Array("\(failure)\n".utf8))
        } catch {
            return (.serviceUnavailable, [], Array("\(error)\n".utf8))
        }
    }

    private func work(for request: HTTPRequestHead) -> Work? {
        let path = request.uri.split(separator: "?", maxSplits: 1).first ?? ""
        let named = path.split(separator: "/").last.flatMap { UInt32($0) }
        let key = named ?? request.headers.first(name: "Dedup-Key").flatMap { UInt32($0) }
        return key.flatMap { key in
            offers.withLock { offers in
                guard let offer = offers[key] else { return nil }
                // The call that has waited longest is the one that the service asks for.
                if !offer.waiting.isEmpty { return offers[key]?.waiting.removeFirst() }
                return offer.latest
            }
        }
    }
}
#endif
