internal import ArgumentParser
struct MicroCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "micro")
    func run() async throws {}
}
