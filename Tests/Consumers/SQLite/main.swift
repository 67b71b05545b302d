import Dedup
import DedupSQLite
import Foundation

let folder = FileManager.default.temporaryDirectory.appending(path: "consumer-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }

let records = try SQLiteExecutionRecords(path: folder.appending(path: "executions.sqlite").path)
let registry = StepRegistry(records: records)
let greeting = Step("greeting") { (name: String) in "Hello, \(name)!" }
try registry.register(greeting)
for _ in 1...2 { _ = try await registry.execute(greeting, "Ada") }
let record = try await registry.record(of: greeting, "Ada")
print("\(record?.executions ?? 0) execution, \(record?.hits ?? 0) hit")
