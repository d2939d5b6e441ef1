import Foundation
import TestSupport
import Testing

@Suite("The systemd unit")
struct ServiceUnitTests {
  private static let analyzer = "/usr/bin/systemd-analyze"
  private static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: analyzer) }

  private func analyze(_ arguments: [String]) async throws -> (status: Int32, text: String) {
    let outcome = try await #require(Tool(Self.analyzer)).outcome(
      arguments, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "SYSTEMD_PAGER": "cat"])
    return (outcome.status, outcome.output + outcome.errors)
  }

  @Test("the unit's exposure is at most 1.0", .tags(.engine), .unlessFast, .enabled(if: isAvailable))
  func security() async throws {
    // The threshold is in tenths.
    let path = PackageFiles.path("systemd/sagflow.service")
    let (status, text) = try await analyze(["security", "--offline=true", "--no-pager", "--threshold=10", path])
    #expect(status == 0, "\(text)")
    let line = try #require(text.split(separator: "\n").last { $0.contains("Overall exposure level") })
    let words = line.split(separator: " ").compactMap { Double($0) }
    #expect(try #require(words.first) <= 1.0, "\(line)")
  }

  @Test("systemd finds nothing wrong with the unit", .tags(.engine), .unlessFast, .enabled(if: isAvailable))
  func verify() async throws {
    // The program and its manual are not installed where tests run, so the unit is checked with another program.
    let directory = try TemporaryFolder()
    let unit = try PackageFiles.text("systemd/sagflow.service")
      .replacing("/usr/local/bin/sagflow", with: "/bin/true")
    let path = try directory.write(unit, as: "sagflow.service")
    let (status, text) = try await analyze(["verify", "--man=no", "--recursive-errors=no", path])
    #expect(status == 0, "\(text)")
    #expect(!text.contains("sagflow.service"), "\(text)")
  }

  @Test("the unit is bounded in memory, threads and the time of a start")
  func bounds() throws {
    let lines = try PackageFiles.text("systemd/sagflow.service").split(separator: "\n")
    for key in ["MemoryMax", "TasksMax", "TimeoutStartSec"] {
      let values = lines.filter { $0.hasPrefix("\(key)=") }.map { $0.dropFirst(key.count + 1) }
      #expect(values.count == 1 && !values.contains("infinity") && !values.contains(""), "\(key): \(values)")
    }
  }

  @Test("the unit speaks the contract between service and manager")
  func contract() throws {
    let lines = try PackageFiles.text("systemd/sagflow.service").split(separator: "\n").map(String.init)
    for line in [
      "Type=notify", "NotifyAccess=main", "WatchdogSec=30", "ExecReload=/bin/kill -HUP $MAINPID", "Restart=on-failure",
      "User=sagflow", "StateDirectory=sagflow", "WorkingDirectory=/var/lib/sagflow", "ConfigurationDirectory=sagflow",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
  }

  @Test("the unit's root directory is made at boot")
  func root() throws {
    let unit = try PackageFiles.text("systemd/sagflow.service").split(separator: "\n")
    let root = try #require(unit.first { $0.hasPrefix("RootDirectory=") }).dropFirst("RootDirectory=".count)
    let made = try PackageFiles.text("systemd/sagflow.tmpfiles").split(separator: "\n")
    #expect(made.contains("d \(root) 0755 root root -"))
  }
}
