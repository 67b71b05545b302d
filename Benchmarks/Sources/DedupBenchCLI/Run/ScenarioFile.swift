internal import Foundation

/// Finds the scenario that is meant.
enum ScenarioFile {
    /// The scenario of a run that names none.
    static let standard = "duplicate-storm"
    private static let folder = "Fixtures/scenarios"

    /// The path of a scenario: as given, or by its name in the folder of scenarios that come with the package.
    static func locate(_ name: String?) throws(Failure) -> String {
        let name = name ?? standard
        if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return name }
        if isFile(name) { return name }
        for folder in folders where isFile("\(folder)/\(name).yaml") { return "\(folder)/\(name).yaml" }
        let places = folders.isEmpty ? "no folder \(folder) was found" : "looked in \(folders.joined(separator: ", "))"
        throw Failure(
            "there is no scenario `\(name)`: \(places); name a scenario file, or run this in the package's folder",
            .badScenario)
    }

    /// The scenarios that come with the package.
    static var known: [String] {
        guard let folder = folders.first else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
    }

    /// Where scenarios may be: under the current directory, else under the package that this executable was built in.
    private static var folders: [String] {
        var candidates = [folder]
        if let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            var url = URL(fileURLWithPath: executable)
            for _ in 0..<6 {
                url.deleteLastPathComponent()
                candidates.append(url.appendingPathComponent(folder).path)
            }
        }
        return candidates.first(where: isFolder).map { [$0] } ?? []
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
