/// Memory that the control groups of a process still leave it: that of a container, or of a service.
///
/// Each group above counts as well, and the least is what is left. Limits of both versions of control groups are read.
package struct MemoryLimit: Hashable, Sendable {
    /// Where the files of a version lie, and what they are called.
    private struct Files {
        let root: String
        let limit: String
        let used: String
        let inactive: String

        static let second = Files(
            root: "/sys/fs/cgroup", limit: "memory.max", used: "memory.current", inactive: "inactive_file")
        static let first = Files(
            root: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes",
            inactive: "total_inactive_file")
    }

    /// Bytes that can still be had; nil where nothing limits them.
    package let left: Int?

    /// The limit of the process whose `/proc/self/cgroup` is `groups`.
    ///
    /// - Parameter text: What a file contains; nil if it cannot be read.
    package init(groups: String, text: (_ path: String) -> String?) {
        var least: Int?
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isFirst = fields[1].split(separator: ",").contains("memory")
            guard isFirst || fields[1].isEmpty else { continue }
            let files = isFirst ? Files.first : Files.second
            // A container may see its own group as the root, under a path that it cannot see: so the root is always asked.
            for group in Self.andThoseAbove(fields[2]) {
                guard let left = Self.left(in: files.root + group, files, text) else { continue }
                least = min(left, least ?? .max)
            }
        }
        left = least
    }

    /// The paths of a group and of all above it, without slashes at the end; last, that of the root, which is empty.
    private static func andThoseAbove(_ path: Substring) -> [String] {
        var rest = path.split(separator: "/")
        var paths: [String] = []
        while !rest.isEmpty {
            paths.append("/" + rest.joined(separator: "/"))
            rest.removeLast()
        }
        return paths + [""]
    }

    private static func left(in folder: String, _ files: Files, _ text: (String) -> String?) -> Int? {
        func number(_ name: String) -> Int? {
            text("\(folder)/\(name)").flatMap { Int($0.split(whereSeparator: \.isWhitespace).first ?? "") }
        }
        guard let limit = number(files.limit), let used = number(files.used) else { return nil }
        // Pages of files that were read once are given up when memory is wanted.
        let inactive = text("\(folder)/memory.stat").flatMap { SystemFile.count(of: files.inactive, in: $0) }
        return max(0, limit - max(0, used - (inactive ?? 0)))
    }
}

extension MachineReadings {
    /// Memory that this process can have now without swapping, in bytes, by what the machine has and what its control groups leave
    /// it; nil where the system does not tell.
    package static func availableMemoryNow() -> Int? {
        let machine = SystemCounters.bytes(SystemFile.value(of: "MemAvailable", in: "/proc/meminfo"))
        let groups = SystemFile.text("/proc/self/cgroup") ?? ""
        guard let left = MemoryLimit(groups: groups, text: SystemFile.text).left else { return machine }
        return min(left, machine ?? .max)
    }
}
