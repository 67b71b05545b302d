internal import Foundation

/// Starts the program anew: for what a process can only be told when it starts.
enum Restart {
    /// Replaces this process by one that runs the same program with the same arguments, and more in its environment.
    ///
    /// - Returns: Why that cannot be done; it returns only then.
    static func now(with environment: [String: String]) -> Failure {
        for (name, value) in environment { setenv(name, value, 1) }
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        return Failure("the program cannot be started anew: \(String(cString: strerror(errno)))", .internalError)
    }
}
