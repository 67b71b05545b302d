import DedupTesting
import DedupVerification

/// Breaks a history at random, without caring how.
enum Scrambler {
    static func scramble(_ history: inout History, using random: inout SplitMix64) {
        for _ in 0..<3 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: changeCall(&history, using: &random)
            case 1: changeExecution(&history, using: &random)
            case 2: addExecution(&history, using: &random)
            case 3: addExcuse(&history, using: &random)
            case 4: dropExcuse(&history, using: &random)
            default: addCall(&history, using: &random)
            }
        }
    }

    private static func changeCall(_ history: inout History, using random: inout SplitMix64) {
        guard let index = history.calls.indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: history.calls[index].start = random.time(1...70_000)
        case 1:
            history.calls[index].outcome = OutcomeClass.allCases.randomElement(using: &random) ?? .hit
            history.calls[index].verb = CallVerb.allCases.randomElement(using: &random) ?? .call
        case 2: history.calls[index].execution = random.time(0...60)
        case 3: history.calls[index].end = random.chance(0.3) ? 0 : random.time(1...70_000)
        case 4: history.calls[index].value = random.time(0...3)
        default: history.calls[index].key = UInt32.random(in: 0..<4, using: &random)
        }
        let call = history.calls[index]
        if call.hasReturned, call.end < call.start { history.calls[index].end = call.start + 7 }
    }

    private static func changeExecution(_ history: inout History, using random: inout SplitMix64) {
        guard let index = history.executions.indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: history.executions[index].succeeded.toggle()
        case 1: history.executions[index].end += random.time(0...20_000)
        case 2:
            let begin = random.time(1...70_000)
            history.executions[index].end = begin + random.time(0...5_000)
            history.executions[index].begin = begin
        default:
            history.executions[index].ended = false
            history.executions[index].succeeded = false
        }
    }

    private static func addExecution(_ history: inout History, using random: inout SplitMix64) {
        let begin = random.time(1...70_000)
        history.executions.append(
            Execution(
                id: UInt64(1_000 + history.executions.count), key: UInt32.random(in: 0..<3, using: &random),
                begin: begin, end: begin + (random.chance(0.2) ? 0 : random.time(0...5_000)),
                succeeded: random.chance(0.8)))
    }

    private static func addExcuse(_ history: inout History, using random: inout SplitMix64) {
        let at = random.time(1_000...70_000)
        let execution = history.executions.randomElement(using: &random)
        let names = random.chance(0.5)
        let key = names ? execution?.key ?? 0 : UInt32.random(in: 0..<3, using: &random)
        history.excuses.append(
            Excuse(
                ExcuseKind.allCases.randomElement(using: &random) ?? .evicted, key: key,
                since: random.chance(0.5) ? at - random.time(0...800) : nil, at: at,
                execution: names ? execution?.id ?? 0 : 0))
    }

    private static func dropExcuse(_ history: inout History, using random: inout SplitMix64) {
        guard let index = history.excuses.indices.randomElement(using: &random) else { return }
        history.excuses.remove(at: index)
    }

    private static func addCall(_ history: inout History, using random: inout SplitMix64) {
        let start = random.time(1...70_000)
        let execution = history.executions.randomElement(using: &random)
        history.calls.append(
            Call(
                request: UInt32(history.calls.count), key: execution?.key ?? 0, start: start,
                end: start + random.time(1...9_000),
                outcome: OutcomeClass.allCases.randomElement(using: &random) ?? .hit, execution: execution?.id ?? 0))
    }
}
