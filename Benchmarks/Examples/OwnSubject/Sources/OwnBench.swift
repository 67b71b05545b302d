import DedupBenchCLI
import DedupBenchKit

/// `swift run own-bench run herds.yaml` drives what is below and judges it.
@main
struct OwnBench {
    static func main() {
        DedupBench.main(adding: [
            SubjectBlueprint(
                name: "shared-tasks", summary: "an actor with a task for each key",
                promises: Promises(freshness: FreshnessRule(.unbounded))
            ) { _ in SharedTasks() }
        ])
    }
}

/// The deduplication that many Swift programs have: an actor that keeps the task of each key, running or done.
actor SharedTasks: Subject {
    private var tasks: [UInt32: Task<WorkValue, any Error>] = [:]

    func call(_ work: Work) async -> Answer {
        let task = tasks[work.key] ?? Task { try await work.run() }
        tasks[work.key] = task
        do {
            // Whether it ran for this call, was waited for or had been done is found out from the execution.
            return .value(try await task.value, nil)
        } catch {
            // Another caller may have begun anew.
            if tasks[work.key] == task { tasks[work.key] = nil }
            return .failed(error)
        }
    }
}
