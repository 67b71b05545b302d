internal import DedupBenchKit
package import Workloads

/// What an execution does between the two marks that the harness logs.
package protocol OperationBody: AnyObject, Sendable {
    /// Does the work of a request and returns how large its value is, in bytes; throws if it fails.
    ///
    /// - Parameter blocking: Whether the caller's thread is to be blocked while the work waits.
    func execute(_ request: Request, blocking: Bool) async throws -> Int
    /// What the body counted of its own, by name: processes spawned, for example.
    var figures: [OperationFigure] { get }
    /// Gives back what the body holds outside the process: folders, for example. May be called more than once.
    func cleanUp() async
}

/// Something an operation counted.
package struct OperationFigure: Hashable, Sendable {
    /// The name in snake_case: `processes_spawned`.
    package var name: String
    /// How many.
    package var count: Int

    /// A figure.
    package init(name: String, count: Int) {
        self.name = name
        self.count = count
    }
}

extension OperationBody {
    package var figures: [OperationFigure] { [] }
    package func cleanUp() async {}
}

/// An execution was told to fail by the workload.
package struct DeclaredFailure: Error {}

/// Makes the body of a phase's operations.
package typealias OperationFactory = @Sendable (OperationSettings) async throws -> any OperationBody

/// Waits for the request's drawn time, then returns a value of its drawn size or fails, as the workload declares.
///
/// A wait that is shorter than ``spinLimit`` is spun; a longer one leaves the thread free, or blocks it where the subject
/// blocks.
package final class SimulatedOperation: OperationBody {
    /// Waits up to here are spun: 20 us.
    package static let spinLimit = UInt32(RealMachine.spin)

    private let machine: any Machine

    /// An operation that waits on the given machine.
    package init(_ machine: any Machine) {
        self.machine = machine
    }

    package func execute(_ request: Request, blocking: Bool) async throws -> Int {
        if request.latency > 0 { try await wait(request.latency, blocking: blocking) }
        if request.fails { throw DeclaredFailure() }
        return Int(request.valueSize)
    }

    private func wait(_ nanoseconds: UInt32, blocking: Bool) async throws {
        let end = machine.now() + UInt64(nanoseconds)
        if blocking || nanoseconds <= Self.spinLimit {
            machine.block(until: end)
        } else {
            try await machine.sleep(until: end)
        }
    }
}
