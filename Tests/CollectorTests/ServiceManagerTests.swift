import Collector
import Foundation
import TestSupport
import Testing

@Suite("Messages to the service manager", .tags(.network), .unlessFast)
struct ServiceManagerTests {
  @Test("each state arrives as the manager reads it", arguments: [false, true])
  func states(isAbstract: Bool) throws {
    let directory = try TemporaryFolder()
    let path = isAbstract ? "@sagflow-test-\(UUID().uuidString)" : directory.file("notify")
    let listener = try #require(ServiceManagerSocket(path: path))
    let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path])
    #expect(manager.isPresent)
    #expect(listener.receive() == nil)
    let cases: [(ServiceManager.State, String)] = [
      (.ready, "READY=1"), (.stopping, "STOPPING=1"), (.watchdog, "WATCHDOG=1"),
      (.status("2 exporters, 10 flows/s"), "STATUS=2 exporters, 10 flows/s"),
      (.status("two\nREADY=1"), "STATUS=two READY=1"), (.extendTimeout(.seconds(30)), "EXTEND_TIMEOUT_USEC=30000000"),
    ]
    for (state, text) in cases {
      #expect(manager.notify(state))
      #expect(listener.receive() == text)
      #expect(listener.receive() == nil)
    }
    #expect(manager.notify(.ready, .status("listening")))
    #expect(listener.receive() == "READY=1\nSTATUS=listening")
  }

  @Test("a reload tells the monotonic time at which it began")
  func reloading() throws {
    let directory = try TemporaryFolder()
    let path = directory.file("notify")
    let listener = try #require(ServiceManagerSocket(path: path))
    let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path])
    var times: [UInt64] = []
    for _ in 0..<2 {
      #expect(manager.notify(.reloading))
      let lines = try #require(listener.receive()).split(separator: "\n")
      #expect(lines.first == "RELOADING=1")
      let time = try #require(lines.dropFirst().first)
      #expect(time.hasPrefix("MONOTONIC_USEC="))
      times.append(try #require(UInt64(time.dropFirst("MONOTONIC_USEC=".count))))
    }
    // The system's uptime in microseconds, from another source.
    let uptime = try String(contentsOfFile: "/proc/uptime", encoding: .utf8).split(separator: " ")
    let seconds = try #require(uptime.first.flatMap { Double($0) })
    #expect(times[0] <= times[1])
    #expect(Double(times[1]) / 1e6 > 0)
    #expect(Double(times[1]) / 1e6 < seconds + 60)
  }

  @Test("without a manager nothing is sent and nothing fails", arguments: [[:], ["NOTIFY_SOCKET": ""]])
  func absent(environment: [String: String]) {
    let manager = ServiceManager(environment: environment)
    #expect(!manager.isPresent)
    #expect(manager.notify(.ready))
    #expect(manager.watchdogInterval == nil)
  }

  @Test(
    "an address that no one listens at, or that is none, is told by the result",
    arguments: [
      "/nonexistent/notify", "relative", "@", "/", "vsock:2:1234", "/" + String(repeating: "x", count: 200),
      "@sagflow-nobody-listens",
    ])
  func unreachable(path: String) {
    #expect(!ServiceManager(environment: ["NOTIFY_SOCKET": path]).notify(.ready))
  }

  @Test(
    "the watchdog is served twice in its time, by the process that is watched",
    arguments: [
      (["WATCHDOG_USEC": "30000000"], Duration.seconds(15)),
      (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "77"], .seconds(15)),
      (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "78"], nil),
      (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "x"], nil),
      (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "-1"], nil), (["WATCHDOG_USEC": "soon"], nil), ([:], nil),
    ] as [([String: String], Duration?)])
  func watchdog(environment: [String: String], interval: Duration?) {
    #expect(ServiceManager(environment: environment, processIdentifier: 77).watchdogInterval == interval)
  }
}
