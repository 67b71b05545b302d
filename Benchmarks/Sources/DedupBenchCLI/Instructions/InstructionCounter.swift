internal import Evidence
internal import Foundation
internal import Reporting
internal import Subprocess

/// Counts the instructions of micro cases: runs this program under callgrind, which executes every instruction one by one and
/// counts those of all threads from the begin of the loop to its end.
struct InstructionCounter {
    /// How many operations a first look has.
    private static let pilot = 1_000
    /// How many instructions are to be counted of each.
    static let wanted = 50_000_000
    /// How many operations a run has at most.
    private static let most = 1_000_000

    private let wanted: Double
    private let program: String
    private let scratch: ScratchFolder
    private let interruption: Interruption

    /// A counter.
    ///
    /// - Throws: ``Failure``: 69 without valgrind, or without strip, which is of binutils.
    init(wanted: Int, _ interruption: Interruption) async throws(Failure) {
        self.wanted = Double(wanted)
        self.interruption = interruption
        scratch = try ScratchFolder(of: "instructions")
        program = scratch.path + "/program"
        // Valgrind stops at what it does not understand of the debug information of newer compilers.
        let strip = ChildProcess(
            program: "strip", arguments: ["--strip-debug", "-o", program, "/proc/\(getpid())/exe"],
            interruption: interruption)
        let end = try await strip.run()
        guard end.hasSucceeded else {
            throw Failure("strip, of binutils, cannot copy this program: \(end.lastWords)", .missingTool)
        }
        // What is not there is missed before anything is built or counted.
        _ = try await ChildProcess(program: "valgrind", arguments: ["--version"], interruption: interruption).run()
    }

    /// The instructions of one operation.
    ///
    /// - Parameters:
    ///   - row: The loop.
    ///   - name: The case that hands it in.
    /// - Throws: ``Failure``: 69 without valgrind.
    func count(_ row: String, of name: String) async throws(Failure) -> InstructionCount {
        let about = try await perOperation(row, of: name, Self.pilot)
        let operations = about > 0 ? Int(min(Double(Self.most), wanted / about)) : Self.most
        let count = operations > Self.pilot ? try await perOperation(row, of: name, operations) : about
        return InstructionCount(name: row, perOperation: count)
    }

    private func perOperation(_ row: String, of name: String, _ operations: Int) async throws(Failure) -> Double {
        let counts = scratch.path + "/counts"
        // A run that leaves none is not to be taken for the one before.
        defer { try? FileManager.default.removeItem(atPath: counts + ".1") }
        let child = ChildProcess(
            program: "valgrind",
            arguments: [
                "--tool=callgrind", "--callgrind-out-file=\(counts)", "--zero-before=*countingBegins*",
                "--dump-before=*countingEnds*", program, "instructions", "--case", name, "--row", row, "--operations",
                "\(operations)",
            ], interruption: interruption)
        // Tables of the standard library are seeded anew in each process otherwise.
        let end = try await child.run(with: ["SWIFT_DETERMINISTIC_HASHING": "1", "SWIFT_BACKTRACE": "enable=no"])
        // The first of the files is that of the loop, the other that of the rest.
        guard end.hasSucceeded, let text = try? String(contentsOfFile: counts + ".1", encoding: .utf8),
            let total = Self.total(in: text)
        else {
            throw Failure("\(row) cannot be counted (\(end.status)): \(end.lastWords)", .internalError)
        }
        return Double(total) / Double(operations)
    }

    /// `totals: 4567`
    static func total(in counts: String) -> Int? {
        counts.firstMatch(of: /(?m)^totals: ([0-9]+)/).flatMap { Int($0.1) }
    }
}
