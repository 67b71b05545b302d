/// Drives clients: everything that its clients do happens on it, one thing at a time, so they share a history lane.
protocol Worker: TaskExecutor {
    /// Ends the worker once it has nothing left to do.
    func finish()
}
