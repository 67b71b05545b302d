internal import LoadGeneration

/// Every subject that `--subject` can name.
enum SubjectCatalog {
    /// In the order in which they are listed: ours first, then what it is compared with, then the floor.
    static let all = [
        DedupSubject.blueprint, ReferenceSubject.blueprint, DictionarySubject.blueprint, NoneSubject.blueprint,
        NoopSubject.blueprint,
    ]

    /// The subject of that name; nil if there is none.
    static func blueprint(named name: String) -> SubjectBlueprint? {
        all.first { $0.information.name == name }
    }
}
