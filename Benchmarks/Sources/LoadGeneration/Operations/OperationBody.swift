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
