internal import Foundation
internal import Yams

/// Reads scenarios: strictly, so that nothing in the file is silently ignored.
package enum ScenarioLoader {
    /// The largest scenario file, in bytes.
    static let sizeLimit = 256 << 10

    /// Reads a scenario file and applies overrides to it, in order. One must not undo another.
    ///
    /// A trace that the scenario names is looked for relative to the file's folder, and its path made absolute. Without a
    /// vocabulary, names of policies and subjects are not looked up, and gates not read.
    ///
    /// - Throws: ``ScenarioError`` with everything that is wrong.
    package static func load(
        file: String, overrides: [ScenarioOverride] = [], vocabulary: ScenarioVocabulary? = nil
    ) throws(ScenarioError) -> Scenario {
        let bytes = try contents(of: file)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw failure(.notAScenario, file, "this is not UTF-8 text")
        }
        let folder = URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
        return try load(yaml: text, named: file, folder: folder, overrides: overrides, vocabulary: vocabulary)
    }

    /// Reads a scenario from text. `named` is what messages call it; without a folder, paths stay as they are written
    /// and nothing is looked up.
    package static func load(
        yaml: String, named file: String, folder: String? = nil, overrides: [ScenarioOverride] = [],
        vocabulary: ScenarioVocabulary? = nil
    ) throws(ScenarioError) -> Scenario {
        var root = try ScenarioYAML.root(of: yaml, file: file)
        var problems = Problems(file: file)
        var given: ScenarioOverride.Given = []
        for override in overrides { override.apply(to: &root, given: &given, &problems) }
        // A wrong override is reported alone: the file without it is not what was asked for.
        if let error = problems.error() { throw error }
        let scenario = ScenarioFormat.scenario.type.read(root, .root, &problems)
        guard var scenario, problems.found.isEmpty else {
            throw problems.error() ?? failure(.notAScenario, file, "this is not a scenario")
        }
        if let folder { TracePaths.resolve(in: &scenario, folder: folder, root: root, &problems) }
        vocabulary?.check(scenario, root: root, &problems)
        if let error = problems.error() { throw error }
        return scenario
    }

    private static func contents(of file: String) throws(ScenarioError) -> [UInt8] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else {
            throw failure(.unreadable, file, "no such file")
        }
        guard !isFolder.boolValue else {
            throw failure(.unreadable, file, "this is a folder; name a scenario file in it")
        }
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw failure(.unreadable, file, "cannot be read: permission denied")
        }
        defer { try? handle.close() }
        let data: Data
        do {
            data = try handle.read(upToCount: sizeLimit + 1) ?? Data()
        } catch {
            throw failure(.unreadable, file, "cannot be read: \(error)")
        }
        guard data.count <= sizeLimit else {
            throw failure(.notAScenario, file, "larger than \(sizeLimit) bytes; is this a scenario?")
        }
        return [UInt8](data)
    }

    static func failure(
        _ kind: ScenarioProblem.Kind, _ file: String, _ reason: String, line: Int? = nil, column: Int? = nil
    ) -> ScenarioError {
        ScenarioError(problems: [
            ScenarioProblem(kind: kind, file: file, line: line, column: column, field: "", reason: reason)
        ])
    }
}

/// Finds the traces that a scenario names.
enum TracePaths {
    static func resolve(in scenario: inout Scenario, folder: String, root: Node, _ problems: inout Problems) {
        let workload = FieldPath.root.field("workload").field("keys").field("file")
        scenario.workload.keys.file = absolute(scenario.workload.keys.file, folder, workload, root, &problems)
        for index in scenario.phases.indices {
            let phase = FieldPath.root.field("phases").element(index, name: scenario.phases[index].name)
            let path = phase.field("keys").field("file")
            let file = scenario.phases[index].keys?.file
            scenario.phases[index].keys?.file = absolute(file, folder, path, root, &problems)
        }
    }

    private static func absolute(
        _ file: String?, _ folder: String, _ path: FieldPath, _ root: Node, _ problems: inout Problems
    ) -> String? {
        guard let file else { return nil }
        let url = URL(fileURLWithPath: file, relativeTo: URL(fileURLWithPath: folder, isDirectory: true))
        let absolute = url.standardizedFileURL.path
        if !FileManager.default.fileExists(atPath: absolute) {
            problems.report(.unreadable, at: path, root.child(path.parts)?.mark, "there is no file \(absolute)")
        }
        return absolute
    }
}

extension Node {
    /// The node at a path, if there is one.
    func child(_ parts: [FieldPath.Part]) -> Node? {
        var current: Node? = self
        for part in parts {
            switch part {
            case .field(let name):
                current = current?.mapping?.first { $0.key.scalar?.string == name }?.value
            case .element(let index):
                current = current?.sequence.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            }
        }
        return current
    }
}
