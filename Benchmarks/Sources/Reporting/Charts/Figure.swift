/// A picture in SVG with its title, what is said below it, and its figures in a table that can be folded out.
struct Figure {
    let title: String
    let width: Double
    let height: Double
    /// The elements of the picture.
    let drawing: String
    /// What stands between the picture and its figures.
    var legend = ""
    /// The figures: their titles and rows.
    let table: (titles: [String], rows: [[String]])

    /// The markup. Presentation attributes only, so that it survives where styles are blocked.
    var text: String {
        let picture = Markup.element(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 \(Int(width)) \(Int(height))"),
                ("width", "\(Int(width))"), ("height", "\(Int(height))"), ("role", "img"), ("font-size", "11"),
                ("font-family", "sans-serif"), ("fill", "currentColor"),
            ], Markup.element("title", [], Markup.text(title)) + drawing)
        return Markup.element(
            "figure", [],
            Markup.element("figcaption", [], Markup.text(title)) + picture + legend
                + Markup.element(
                    "details", [],
                    Markup.element("summary", [], "Figures") + Markup.table(table.titles, table.rows, stacks: false)))
    }
}
