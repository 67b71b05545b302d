import Measurement
import Testing

@Suite struct MemoryLimitTests {
    private let groups = "0::/system.slice/bench.service\n"
    private let files = [
        "/sys/fs/cgroup/system.slice/bench.service/memory.max": "max\n",
        "/sys/fs/cgroup/system.slice/bench.service/memory.current": "700\n",
        "/sys/fs/cgroup/system.slice/memory.max": "1000\n",
        "/sys/fs/cgroup/system.slice/memory.current": "900\n",
        "/sys/fs/cgroup/system.slice/memory.stat": "anon 500\ninactive_file 300\nactive_file 9\n",
    ]

    @Test func aGroupAboveLimitsAsWell() {
        #expect(MemoryLimit(groups: groups) { files[$0] }.left == 400)
    }

    @Test func theLeastCounts() {
        var files = files
        files["/sys/fs/cgroup/system.slice/bench.service/memory.max"] = "750\n"
        #expect(MemoryLimit(groups: groups) { files[$0] }.left == 50)
        files["/sys/fs/cgroup/memory.max"] = "10\n"
        files["/sys/fs/cgroup/memory.current"] = "30\n"
        #expect(MemoryLimit(groups: groups) { files[$0] }.left == 0)
    }

    /// A container sees its own group as the root, and a path of its host.
    @Test func theFirstVersionIsReadToo() {
        let files = [
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1000", "/sys/fs/cgroup/memory/memory.usage_in_bytes": "600",
            "/sys/fs/cgroup/memory/memory.stat": "inactive_file 1\ntotal_inactive_file 100\n",
        ]
        let groups = "12:cpu,cpuacct:/docker/3f\n11:memory:/docker/3f\n1:name=systemd:/docker/3f\n"
        #expect(MemoryLimit(groups: groups) { files[$0] }.left == 500)
    }

    @Test(arguments: ["", "nonsense", "0::/\n", "7:memory:/\n", "3:cpu:/\n"])
    func withoutLimitsThereIsNone(groups: String) {
        #expect(MemoryLimit(groups: groups) { _ in nil }.left == nil)
    }
}
