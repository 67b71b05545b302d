import Dedup
import Foundation
import Testing

/// No depth of nesting ends the process: values that are too deep are refused, and all others work on a small stack.
///
/// The tests are processes of their own, because a stack that overflows takes its process along.
@Suite struct DeepValueTests {
    /// Arrays and objects in turn, or one of them, around a number.
    enum Shape: CaseIterable, Sendable {
        case arrays
        case objects
        case both

        func nested(_ depth: Int, around core: JSONValue = 1) -> JSONValue {
            (0..<depth).reduce(core) { value, level in
                switch self {
                case .arrays: [value]
                case .objects: ["a": value]
                case .both: level.isMultiple(of: 2) ? ["a": value, "b": nil] : [0, value, "x"]
                }
            }
        }
    }

    static let depth = 50_000

    @Test func aDeepValueIsReleased() async {
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                for shape in Shape.allCases { _ = shape.nested(Self.depth) }
                return true
            }
        }
    }

    /// Eight threads release values that share a deep part.
    @Test func aDeepValueIsReleasedWhileOtherThreadsHoldPartsOfIt() async {
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                let core = Shape.both.nested(Self.depth / 2)
                var values = (0..<8).map { _ in
                    JSONValue.array([core, Shape.arrays.nested(Self.depth / 2, around: core)])
                }
                values.removeLast()
                guard values.allSatisfy({ $0[0] == core }) else { return false }
                let group = DispatchGroup()
                for value in values {
                    DispatchQueue.global().async(group: group) { withExtendedLifetime(value) {} }
                }
                values = []
                group.wait()
                return core == Shape.both.nested(Self.depth / 2)
            }
        }
    }

    @Test func deepValuesAreComparedHashedAndDescribed() async {
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                let (value, same) = (Shape.both.nested(Self.depth), Shape.both.nested(Self.depth))
                let others = [
                    Shape.both.nested(Self.depth, around: 2), Shape.both.nested(40), Shape.arrays.nested(Self.depth),
                ]
                guard value == same, value.hashValue == same.hashValue else { return false }
                guard others.allSatisfy({ $0 != value && value != $0 }) else { return false }
                var dumped = ""
                dump(value, to: &dumped)
                guard dumped.contains("\(same)") else { return false }
                return true
            }
        }
    }

    @Test func aDeepValueIsRefusedAsTooDeep() async {
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                let step = Fingerprinter().prepare(
                    step: "s", version: "1", rules: try FieldRules(names: ["b": .ignore]))
                for shape in Shape.allCases {
                    let value = shape.nested(Self.depth)
                    let refusals: [() throws -> Any] = [
                        { try step.fingerprint(value) }, { try step.fingerprint(of: value) },
                        { try step.fingerprint(["password": value]) }, { try step.fingerprint(["b": value]) },
                        { try step.explain(value, value) }, { try CanonicalJSON.bytes(of: value) },
                        { try CanonicalJSON.bytes(encoding: ["x": value]) },
                    ]
                    for refusal in refusals {
                        do {
                            _ = try refusal()
                            return false
                        } catch let error as FingerprintError {
                            guard error.code == .tooDeep else { return false }
                        }
                    }
                }
                return true
            }
        }
    }

    /// Twice as deep as the standard limits allow, with rules along the whole path.
    @Test func valuesWithinTheLimitsWorkOnASmallStack() async {
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                let limits = try FingerprintLimits(maximumDepth: 1_024)
                let path = "$" + String(repeating: ".a", count: 1_000)
                let rules = try FieldRules(paths: ["$": .ignore, path: .include])
                for shape in Shape.allCases {
                    let value = shape.nested(1_024)
                    let text = try CanonicalJSON.bytes(of: value, limits: limits)
                    guard try JSONValue(parsing: text, limits: limits) == value else { return false }
                    let other = shape.nested(1_024, around: "2")
                    let differences = try Fingerprinter(limits: limits).explain(value, other)
                    guard differences.count == 1, differences[0].kind == .typeDiffers else { return false }
                    _ = try Fingerprinter(limits: limits).fingerprint(
                        step: "s", version: "1", rules: rules, context: value)
                }
                return true
            }
        }
    }

    @Test func aTextOfAnyDepthIsRefusedOrParsed() async {
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")] {
                    let levels = Self.depth
                    let text = String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
                    do throws(JSONParsingError) {
                        _ = try JSONValue(parsing: text)
                        return false
                    } catch {
                        guard error.code == .tooDeep else { return false }
                    }
                }
                return true
            }
        }
    }

    @Test func aPathOfAnyLengthIsARule() async {
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                let path = "$[0]" + String(repeating: "[*].a", count: Self.depth)
                let rules = try FieldRules(paths: [path: .ignore, "$[*]\(path.dropFirst(4)).b": .ignore])
                return try rules != .standard && Fingerprinter().explain([1], [1], rules: rules).isEmpty
            }
        }
    }
}
