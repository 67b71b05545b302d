/// How often the keys of some neighbouring ranks were asked for, and how often that was to be expected.
package struct KeyPopularity: Hashable, Codable, Sendable {
    /// The rank of the most popular of them: 1 is that of the most popular key.
    package var first: Int
    /// The rank of the least popular of them.
    package var last: Int
    /// The requests for all of them.
    package var requests: Int
    /// As many as the declared distribution gives them of all requests.
    package var expected: Double

    /// How many keys it is.
    package var keys: Int { last - first + 1 }

    /// The popularity of keys by their rank, most popular first: rank by rank at first, then in groups that grow by a third.
    ///
    /// - Parameters:
    ///   - requests: The requests for the key of each rank.
    ///   - probabilities: The probability of each rank.
    package static func groups(requests: [Int], probabilities: [Double]) -> [KeyPopularity] {
        let total = Double(requests.reduce(0, +))
        var groups: [KeyPopularity] = []
        var first = 0
        while first < min(requests.count, probabilities.count) {
            let next = min(requests.count, probabilities.count, max(first + 1, (first + 1) * 4 / 3))
            groups.append(
                KeyPopularity(
                    first: first + 1, last: next, requests: requests[first..<next].reduce(0, +),
                    expected: probabilities[first..<next].reduce(0, +) * total))
            first = next
        }
        return groups
    }
}
