internal import Foundation
internal import Verification

/// The gates of a run, read before it starts: an expression that cannot be evaluated is an error, never a pass.
enum GateBook {
    /// The gates of the scenario, then those of the command line; one that is written twice counts once.
    ///
    /// - Throws: ``Failure`` with code 65 for a gate of the scenario and 64 for one of the command line.
    static func gates(ofScenario texts: [String], file: String, options: [String]) throws(Failure) -> [Gate] {
        var gates: [Gate] = []
        for text in texts {
            do throws(GateSyntaxError) {
                gates.append(try Gate(parsing: text))
            } catch {
                let place = line(of: text, in: file).map { "\(file):\($0)" } ?? file
                throw Failure("\(place): gates: \(error)", .badScenario)
            }
        }
        for text in options {
            do throws(GateSyntaxError) {
                gates.append(try Gate(parsing: text))
            } catch {
                throw Failure("--gate: \(error)", .usage)
            }
        }
        var seen: Set<Gate> = []
        return gates.filter { seen.insert($0).inserted }
    }

    /// The line of a file in which a gate is written; nil when an override brought it in.
    private static func line(of gate: String, in file: String) -> Int? {
        guard let data = FileManager.default.contents(atPath: file) else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let start = lines.firstIndex { $0.hasPrefix("gates") } ?? 0
        return lines[start...].firstIndex { $0.contains(gate) }.map { $0 + 1 }
    }
}
