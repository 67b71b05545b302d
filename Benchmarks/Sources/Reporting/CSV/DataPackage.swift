/// `datapackage.json`: what the tables of a bundle are and what their columns mean, in the form that tools for tabular data read
/// (Frictionless Data Package, version 1).
struct DataPackage: Encodable {
    struct Resource: Encodable {
        let name: String
        let path: String
        let description: String
        let profile = "tabular-data-resource"
        let encoding = "utf-8"
        let schema: Schema
    }

    struct Schema: Encodable {
        let fields: [Field]
        let missingValues = [""]
    }

    struct Field: Encodable {
        let name: String
        let type: String
        let description: String
    }

    let name: String
    let profile = "tabular-data-package"
    let resources: [Resource]

    /// A package of some tables, each with the name of its file and what it holds.
    init(_ id: String, _ tables: [(file: String, description: String, table: CSVTable)]) {
        // A name may hold small letters, digits and a few marks.
        name = String(id.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        resources = tables.map { entry in
            Resource(
                name: String(entry.file.prefix { $0 != "." }), path: entry.file, description: entry.description,
                schema: Schema(
                    fields: entry.table.columns.map { name in
                        guard let column = ColumnDictionary.column(name, in: entry.file) else {
                            preconditionFailure("Every column is in the dictionary: \(name) is not.")
                        }
                        return Field(name: name, type: column.kind.rawValue, description: column.meaning)
                    }))
        }
    }
}
