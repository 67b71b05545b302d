import Foundation
import Synchronization

/// The built executable in a process of its own: for what only a process can show.
final class Child {
    private let process: Process
    private let out = Pipe()
    private let error = Pipe()
    private let collected = Collected()
    private var lead = ""
    private let isHeard: Bool

    private init(_ process: Process, in bench: Bench, isHeard: Bool) throws {
        self.process = process
        if !isHeard { try out.fileHandleForReading.close() }
        self.isHeard = isHeard
        process.currentDirectoryURL = URL(fileURLWithPath: bench.folder)
        process.standardOutput = out
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// Starts a command; `isHeard` is whether what it prints is read.
    convenience init(
        _ arguments: [String], in bench: Bench, environment: [String: String] = [:], isHeard: Bool = true
    ) throws {
        let process = Process()
        process.executableURL = try Self.executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        try self.init(process, in: bench, isHeard: isHeard)
    }

    /// Starts a command line as a user would who has the executable on the path.
    convenience init(shell command: String, in bench: Bench) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        let environment = ProcessInfo.processInfo.environment
        let path = try Self.executable.deletingLastPathComponent().path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        process.environment = environment.merging(["PATH": path]) { $1 }
        try self.init(process, in: bench, isHeard: true)
    }

    /// A folder with these programs and no others: as PATH, for what happens where another one is not installed.
    static func folder(with programs: [String], in bench: Bench) throws -> String {
        let folder = bench.folder + "/tools"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for program in programs {
            let found = try Child(shell: "command -v \(program)", in: bench).finish().out
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(program)",
                withDestinationPath: found.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return folder
    }

    /// The executable stands beside the test bundle.
    static var executable: URL {
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
