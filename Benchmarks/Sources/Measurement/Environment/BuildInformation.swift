/// How this code was compiled.
enum BuildInformation {
    /// The compiler's version, to the second place: the compiler tells no more.
    static var swiftVersion: String {
        #if compiler(>=6.4)
        "6.4 or later"
        #elseif compiler(>=6.3)
        "6.3"
        #elseif compiler(>=6.2)
        "6.2"
        #else
        "before 6.2"
        #endif
    }

    /// Whether the optimiser ran: assertions are compiled in only when it did not.
    static var isOptimized: Bool {
        var checked = false
        assert(
            {
                checked = true
                return true
            }())
        return !checked
    }
}
