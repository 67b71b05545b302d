internal import DedupBenchCLI

/// `dedupbench` itself: nothing but the subjects that come with it.
@main
struct Program {
    static func main() { DedupBench.main() }
}
