internal import CJemalloc
internal import Glibc

/// Where memory was allocated that is still held, as jemalloc records it: call stacks of a sample of all allocations.
///
/// Nothing is recorded before ``begin()``, so what a profile holds was allocated since. Recording costs time, mostly that of
/// walking the stack: times of such a run say nothing.
package struct HeapProfile: Sendable {
    /// What the environment variable `MALLOC_CONF` must hold when the process starts. One allocation in a KiB is recorded, on
    /// average, and stands for those that are not.
    package static let options = "prof:true,prof_active:false,prof_thread_active_init:true,lg_prof_sample:10"

    private let active: MallctlName
    private let reset: MallctlName
    private let dump: MallctlName

    /// The allocator's profile.
    ///
    /// - Throws: ``JemallocError`` where the allocator was built without it, or the process was started without ``options``.
    package init() throws(JemallocError) {
        guard Self.isPrepared else { throw .missingControl("prof") }
        active = try Jemalloc.name("prof.active")
        reset = try Jemalloc.name("prof.reset")
        dump = try Jemalloc.name("prof.dump")
    }

    /// Whether the allocator was built with it.
    package static var isBuiltIn: Bool { MallctlName("config.prof")?.read(false) ?? false }

    /// Whether the process was started with ``options``.
    package static var isPrepared: Bool { MallctlName("opt.prof")?.read(false) ?? false }

    /// Forgets what was recorded, and records from now on.
    package func begin() {
        reset.trigger()
        active.write(true)
    }

    /// Records no more.
    package func end() { active.write(false) }

    /// Writes to a file what was recorded and is still held.
    ///
    /// - Returns: Whether it was written.
    package func write(to path: String) -> Bool {
        path.withCString { dump.write($0 as UnsafePointer<CChar>?) }
    }
}
