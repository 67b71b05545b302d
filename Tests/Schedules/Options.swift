/// What the command line asks for.
struct Options {
    static let usage = """
        usage: schedules [--count N] [--seed FIRST] [--scenario NAME] [--replay SEED] [--planted NAME|all|none]

        Runs the whole core under a seeded scheduler on virtual time, one schedule a seed, and judges each.
          --count N         how many schedules (default 50000; with --planted the most before it counts as not found)
          --seed FIRST      the first seed (default 1)
          --scenario NAME   only this family of programs: \(Scenario.allCases.map(\.rawValue).joined(separator: ", "))
          --replay SEED     runs one schedule and prints what happens in it
          --planted NAME    runs a deduplicator with a bug in it, which must be found: all, none (a sound one), or
                            \(PlantedBug.allCases.map(\.rawValue).joined(separator: ", "))
        exit code: 0 when all is well, 2 when a schedule fails or a planted bug is not found, 64 for a wrong command line
        """

    /// Whose bugs are looked for.
    enum Subject {
        case core
        /// A sound small deduplicator.
        case small
        case planted([PlantedBug])
    }

    /// A command line that makes no sense, and why.
    struct Failure: Error {
        let message: String
    }

    var count = 50_000
    var firstSeed: UInt64 = 1
    var scenario: Scenario?
    var replaysOnly = false
    var subject = Subject.core
    var wantsHelp = false

    init(_ arguments: some Sequence<String>) throws(Failure) {
        var rest = Array(arguments)[...]
        while let name = rest.popFirst() {
            if name == "--help" || name == "-h" {
                wantsHelp = true
                continue
            }
            guard ["--count", "--seed", "--scenario", "--replay", "--planted"].contains(name) else {
                throw Failure(message: "there is no option \(name)")
            }
            guard let value = rest.popFirst() else { throw Failure(message: "\(name) needs a value") }
            try set(name, value)
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(Failure) {
        switch name {
        case "--count":
            guard let number = Int(value), number > 0 else { throw Self.wrong(name, value, "a number above 0") }
            count = number
        case "--scenario":
            guard let found = Scenario(rawValue: value) else { throw Self.wrong(name, value, "one of those below") }
            scenario = found
        case "--planted": subject = try Self.subject(value)
        default:
            guard let number = UInt64(value) else { throw Self.wrong(name, value, "a number from 0 up") }
            firstSeed = number
            replaysOnly = replaysOnly || name == "--replay"
        }
    }

    private static func subject(_ value: String) throws(Failure) -> Subject {
        if value == "none" { return .small }
        if value == "all" { return .planted(PlantedBug.allCases) }
        guard let bug = PlantedBug(rawValue: value) else { throw wrong("--planted", value, "one of those below") }
        return .planted([bug])
    }

    private static func wrong(_ name: String, _ value: String, _ requirement: String) -> Failure {
        Failure(message: "\(name) is \(value) but must be \(requirement)")
    }
}
