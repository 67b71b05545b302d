import Foundation
import Synchronization

/// The built executable, run as a child process: what is tested is what users run.
struct Bench {
    struct Result {
        let code: Int32
        let out: String
        let error: String
    }

    /// A folder of the test's own, which it must remove.
    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    var results: String { folder + "/results" }

    /// The executable stands beside the test bundle.
    private static var executable: URL {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") } ?? tests
            let candidates = [tests, bundle].map {
                URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent("dedupbench")
            }
            guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
                throw CocoaError(.fileNoSuchFile)
            }
            return found
        }
    }

    /// Runs a command to its end.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        try start(arguments, environment: environment).finish()
    }

    /// Starts a command; `isHeard` is whether anybody reads what it prints.
    func start(
        _ arguments: [String], environment: [String: String] = [:], isHeard: Bool = true
    ) throws -> Child {
        let process = Process()
        process.executableURL = try Self.executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        return try Child(process, isHeard: isHeard)
    }

    /// Runs a scenario into a results folder of the test's own.
    func run(scenario: String, _ arguments: [String] = []) throws -> Result {
        try run(["run", try write(scenario), "--out", results] + arguments)
    }

    /// Runs a command line as a user would who has the executable on the path.
    func shell(_ command: String) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let environment = ProcessInfo.processInfo.environment
        let path = try Self.executable.deletingLastPathComponent().path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        process.environment = environment.merging(["PATH": path]) { $1 }
        return try Child(process, isHeard: true).finish()
    }

    /// Writes a scenario file and returns its path.
    func write(_ scenario: String) throws -> String {
        let path = folder + "/scenario.yaml"
        try scenario.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// A file of the newest bundle.
    func file(_ name: String) throws -> String {
        try String(contentsOfFile: results + "/latest/" + name, encoding: .utf8)
    }

    /// The rows of a table of the newest bundle whose cells hold no commas.
    func rows(_ name: String) throws -> [[String: String]] { Bench.rows(ofText: try file(name)) }

    static func rows(ofText text: String) -> [[String: String]] {
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return lines.dropFirst().map { line in
            Dictionary(uniqueKeysWithValues: zip(lines[0].map(String.init), line.map(String.init)))
        }
    }

    /// `run.json` of the newest bundle.
    func manifest() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(try file("run.json").utf8))
        return object as? [String: Any] ?? [:]
    }
}

/// A running command.
final class Child {
    private let process: Process
    private let out = Pipe()
    private let error = Pipe()
    private let collected = Collected()
    private var lead = ""
    private let isHeard: Bool

    init(_ process: Process, isHeard: Bool) throws {
        self.process = process
        if !isHeard { try out.fileHandleForReading.close() }
        self.isHeard = isHeard
        process.standardOutput = out
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// Returns when standard error has said something that contains `text`; false if it was closed before.
    func waits(for text: String) -> Bool {
        while !lead.contains(text) {
            let data = error.fileHandleForReading.availableData
            if data.isEmpty { return false }
            lead += String(decoding: data, as: UTF8.self)
        }
        return true
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Reads both outputs to their ends, side by side so that neither fills up, and waits for the end.
    func finish() throws -> Bench.Result {
        let (reader, done) = (error.fileHandleForReading, DispatchSemaphore(value: 0))
        DispatchQueue.global().async { [collected] in
            let rest = String(decoding: (try? reader.readToEnd()) ?? Data(), as: UTF8.self)
            collected.text.withLock { $0 = rest }
            done.signal()
        }
        let printed = isHeard ? try out.fileHandleForReading.readToEnd() : nil
        let output = String(decoding: printed ?? Data(), as: UTF8.self)
        done.wait()
        process.waitUntilExit()
        let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Bench.Result(code: code, out: output, error: lead + collected.text.withLock { $0 })
    }
}

/// What another thread has read.
private final class Collected: Sendable {
    let text = Mutex("")
}
