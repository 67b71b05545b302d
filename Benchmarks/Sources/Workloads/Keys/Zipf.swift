internal import Foundation

/// Zipf's distribution over a finite number of ranks, exact for every skew: the inverse of the cumulative
/// distribution by binary search in a table of 8 bytes a rank.
///
/// The usual short cuts (rejection, or Gray's approximation that YCSB uses) are wrong for some skews or sizes, and a
/// table also keeps common random numbers common: a draw at one skew is close to the same draw at another.
struct Zipf: Sendable {
    /// `cumulative[r]` is the probability of a rank up to and including r; the last is one.
    private let cumulative: [Double]

    init(count: Int, skew: Double) {
        precondition(count > 0 && skew >= 0, "Zipf needs at least one rank and a skew that is not negative.")
        // Neumaier's compensated sum: sixteen million plain additions would lose digits that a large audit can see.
        var sum = 0.0
        var lost = 0.0
        var table: [Double] = []
        table.reserveCapacity(count)
        for rank in 1...count {
            let weight = pow(Double(rank), -skew)
            let next = sum + weight
            lost += sum >= weight ? (sum - next) + weight : (weight - next) + sum
            sum = next
            table.append(sum + lost)
        }
        let total = sum + lost
        for rank in 0..<count { table[rank] /= total }
        table[count - 1] = 1
        cumulative = table
    }

    /// The rank to which a number from 0..<1 belongs.
    func rank(at unit: Double) -> Int {
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > unit { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
