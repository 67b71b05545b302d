internal import Reporting

/// Where a job of GitHub Actions shows what it has found, if this is one.
struct JobSummary {
    private let console: Console

    /// That of the job that a command runs in; nil where it runs in none.
    init?(_ console: Console) {
        guard console.environment["GITHUB_ACTIONS"] == "true" else { return nil }
        self.console = console
    }

    /// Says beside the commit what is wrong, and adds Markdown to the summary, where there is one. What cannot be shown there is
    /// said, and is no failure: the results are elsewhere.
    func add(_ text: String, _ annotations: WorkflowAnnotations) {
        for line in annotations.lines { console.error(line + "\n") }
        guard let summary = console.environment["GITHUB_STEP_SUMMARY"], !summary.isEmpty else { return }
        do throws(BundleError) {
            try BundleFile.append(text + "\n", to: summary)
        } catch {
            console.error("\(DedupBenchCommand.program): the summary of the job was not written: \(error)\n")
        }
    }
}
