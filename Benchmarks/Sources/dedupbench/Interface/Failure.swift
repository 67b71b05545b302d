internal import ArgumentParser

/// An end of the program that is no crash: a message and an exit code.
struct Failure: Error {
    /// What happened, and what to do about it.
    let message: String
    let code: Code

    /// Exit codes that are not verdicts; those are ``RunVerdict/exitCode``.
    enum Code: Int32 {
        case internalError = 1
        case cannotWrite = 6
        case usage = 64
        case badScenario = 65
    }

    init(_ message: String, _ code: Code) {
        self.message = message
        self.code = code
    }

    /// Prints the message, and returns what ends the program with the code.
    func exit() -> ExitCode {
        Console.error("dedupbench: \(message)\n")
        return ExitCode(code.rawValue)
    }
}
