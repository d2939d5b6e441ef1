import Foundation
import Shipping
import TestSupport
import Testing

import ClickHouse

/// Debian's clickhouse-server with its libraries, which `make test-engines` unpacks if available.
private let oldServer = ProcessInfo.processInfo.environment["OLD_CLICKHOUSE"].flatMap { $0.isEmpty ? nil : $0 }

@Suite(
  "A server of 2018 is refused clearly", .tags(.engine, .network, .slow), .unlessFast,
  .enabled(if: oldServer != nil, "make test-engines runs these where Debian has the server"))
struct OldServerTests {
  private static func configuration(_ folder: String, _ port: UInt16) -> String {
    """
    <yandex>
      <logger><level>warning</level><console>1</console></logger>
      <http_port>\(port)</http_port><listen_host>127.0.0.1</listen_host>
      <path>\(folder)/data/</path><tmp_path>\(folder)/tmp/</tmp_path><users_config>users.xml</users_config>
      <default_profile>default</default_profile><default_database>default</default_database>
      <mark_cache_size>5368709</mark_cache_size>
    </yandex>
    """
  }

  private static let users = """
    <yandex>
      <profiles><default/></profiles><quotas><default/></quotas>
      <users><default>
        <password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
      </default></users>
    </yandex>
    """

  @Test("18.16 answers, and is told apart: test, check and files say that it is too old, and files wait")
  func refused() async throws {
    let root = try #require(oldServer)
    let folder = try TemporaryFolder()
    let port = try LoopbackSocket.freePort()
    let configuration = try folder.write(Self.configuration(folder.path, port), as: "config.xml")
    _ = try folder.write(Self.users, as: "users.xml")
    let process = try ChildProcess(
      "\(root)/usr/sbin/clickhouse-server", ["--config-file=\(configuration)"],
      environment: [
        "PATH": "/usr/bin:/bin", "TZ": "UTC",
        "LD_LIBRARY_PATH": "\(root)/usr/lib/x86_64-linux-gnu:\(root)/lib/x86_64-linux-gnu",
      ], directory: folder.path, output: folder.file("log"), errors: folder.file("log"))
    for _ in 0..<2400 {
      if (try? await HTTPAnswer.get("/", from: port))?.status == 200 || !process.isRunning { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    let log = try String(contentsOfFile: folder.file("log"), encoding: .utf8)
    try #require(process.isRunning, "\(log)")
    var options = ClickHouseOptions()
    options.urls = ["http://127.0.0.1:\(port)"]
    let destination = ClickHouseDestination(options, environment: [:])
    let words = "too old: ClickHouse 23.8 or later is needed"
    await #expect {
      try await destination.ship(
        CommittedFile(name: "file", path: try folder.write("PAR1", as: "file"), octets: 4))
    } throws: { error in
      let failure = error as? ShippingFailure
      return failure?.remedy == .wait && failure?.reason.contains(words) == true
    }
    await #expect {
      _ = try await destination.test()
    } throws: {
      ($0 as? ShippingFailure)?.reason.contains("ClickHouse 18.16.1 is too old") == true
    }
    await #expect {
      _ = try await ClickHouseSchema(options).differences(at: options.urls[0], environment: [:])
    } throws: {
      ($0 as? ShippingFailure)?.reason.contains("ClickHouse 18.16.1 is too old") == true
    }
  }
}
