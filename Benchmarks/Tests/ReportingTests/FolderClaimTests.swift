import Foundation
import Reporting
import Testing

@Suite struct FolderClaimTests {
    @Test func aFolderIsMadeOnceAndIsItsMakers() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "claim-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let claim = try #require(try FolderClaim.create(path))
            #expect(try FolderClaim.create(path) == nil)
            withExtendedLifetime(claim) {
                guard case .taken = FolderClaim.attempt(path) else {
                    Issue.record("The folder was claimed twice.")
                    return
                }
            }
        }
        guard case .claimed = FolderClaim.attempt(path) else {
            Issue.record("The claim has outlived its holder.")
            return
        }
    }

    @Test func aSweepRemovesOnlyUnclaimedFolders() throws {
        let parent = FileManager.default.temporaryDirectory.appending(path: "sweep-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: parent + "/left", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let claim = try FolderClaim.create(parent + "/used")
        withExtendedLifetime(claim) {
            FolderClaim.sweep(parent, where: { _ in true }) { try? FileManager.default.removeItem(atPath: $0) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["used"])
    }
}
