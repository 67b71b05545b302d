public import Caching

/// What happens to executions while the record store does not work.
public enum RecordStoreFailurePolicy: String, CaseIterable, Hashable, Sendable {
    /// Steps run all the same; records wait in a bounded buffer, and what it cannot hold is dropped and counted.
    case failOpen
    /// A step runs only once its record could be opened in the store, and its result is handed out only once its
    /// record is stored; otherwise the request fails with ``DedupError/Code/recordStoreUnavailable``. A result whose record
    /// could not be stored is withheld for its time to live: a retry does not run the step again, and gets the result as
    /// soon as the record is stored.
    case failClosed
}

/// The limits and the parts of a ``Deduplicator``. Every limit has a typed error or a counted drop.
public struct DeduplicatorConfiguration: Sendable {
    /// The cache: its capacity, its eviction policy, its shards. Default: 10,000 results.
    public var cache: CacheConfiguration

    /// How many flights may be in progress at a time; never more. A limit of 2,048 or more is spread evenly over the
    /// library's internal shards, so that the error can come a little early when many fingerprints share one. Default:
    /// 100,000.
    public var flightLimit: Int

    /// How many requests may wait for one flight. Default: 100,000.
    public var waiterLimit: Int

    /// What makes fingerprints of names and inputs: it holds the namespace and the key for secret fields. A
    /// ``StepRegistry`` over the deduplicator uses it too, unless it is given another. Default: no namespace, and a key that
    /// is drawn for the process.
    public var fingerprinter: Fingerprinter

    /// How many steps a registry may hold. Default: 10,000.
    public var stepLimit: Int

    /// How long a step's name may be, in UTF-8 bytes. Default: 256.
    public var stepNameByteLimit: Int

    /// What happens while the record store fails. Default: ``RecordStoreFailurePolicy/failOpen``.
    public var recordStoreFailure: RecordStoreFailurePolicy

    /// How long an execution waits for its record under ``RecordStoreFailurePolicy/failClosed``, each time it is written,
    /// before the store counts as not working. Default: ten seconds.
    public var recordTimeout: Duration

    /// The buffer in front of the record store.
    public var recordWriter: RecordWriterConfiguration

    /// How often ``Deduplicator/run()`` frees expired results that no request asks for. Default: every second.
    public var sweepInterval: Duration

    /// Makes a configuration; every part has a default.
    public init(
        cache: CacheConfiguration = CacheConfiguration(),
        fingerprinter: Fingerprinter = Fingerprinter(),
        flightLimit: Int = 100_000,
        waiterLimit: Int = 100_000,
        stepLimit: Int = 10_000,
        stepNameByteLimit: Int = 256,
        recordStoreFailure: RecordStoreFailurePolicy = .failOpen,
        recordTimeout: Duration = .seconds(10),
        recordWriter: RecordWriterConfiguration = RecordWriterConfiguration(),
        sweepInterval: Duration = .seconds(1)
    ) {
        self.cache = cache
        self.fingerprinter = fingerprinter
        self.flightLimit = flightLimit
        self.waiterLimit = waiterLimit
        self.stepLimit = stepLimit
        self.stepNameByteLimit = stepNameByteLimit
        self.recordStoreFailure = recordStoreFailure
        self.recordTimeout = recordTimeout
        self.recordWriter = recordWriter
        self.sweepInterval = sweepInterval
    }

    /// Checks every field, those of the parts included.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidConfiguration`` that names the field.
    public func validate() throws(DedupError) {
        let counts = [
            ("flightLimit", flightLimit), ("waiterLimit", waiterLimit), ("stepLimit", stepLimit),
            ("stepNameByteLimit", stepNameByteLimit),
        ]
        for (field, value) in counts where value < 1 {
            throw .invalidConfiguration(field, "\(value) lets nothing through; use 1 or more.")
        }
        if recordTimeout <= .zero {
            throw .invalidConfiguration(
                "recordTimeout", "\(recordTimeout) leaves no time to write; use a positive duration.")
        }
        if sweepInterval <= .zero {
            throw .invalidConfiguration("sweepInterval", "\(sweepInterval) is not a pause; use a positive duration.")
        }
        do { try cache.validate() } catch { throw .invalidConfiguration("cache", "\(error)") }
        do { try recordWriter.validate() } catch { throw .invalidConfiguration("recordWriter", "\(error)") }
    }
    /// Checks the length of a step's name.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/stepNameLimit``.
    func checkName(_ step: String) throws(DedupError) {
        if step.utf8.count <= stepNameByteLimit { return }
        throw DedupError(
            .stepNameLimit,
            "A step's name has \(step.utf8.count) bytes, and \(stepNameByteLimit) are allowed (stepNameByteLimit).")
    }
}
