import Foundation
import Glibc

/// Records handled in one run, their cost, and their size.
struct Measurement {
  var records: Int
  var seconds: Double
  var octets: Int64 = 0

  /// Measures the CPU time, user and system, that all threads of the process spend on `body`.
  ///
  /// - Parameter body: returns the number of records handled, and their size in octets if relevant.
  static func take(_ body: () throws -> (records: Int, octets: Int64)) rethrows -> Measurement {
    let start = cpuSeconds
    let result = try body()
    return Measurement(records: result.records, seconds: cpuSeconds - start, octets: result.octets)
  }

  private static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Runs `body` once to warm up and then `runs` times, and prints the median.
  static func report(_ name: String, runs: Int, _ body: () throws -> Measurement) rethrows {
    _ = try body()
    let all = try (0..<max(runs, 1)).map { _ in try body() }.sorted { $0.seconds < $1.seconds }
    let median = all[all.count / 2]
    let perRecord = median.seconds / Double(median.records) * 1e9
    let octets = median.octets > 0 ? String(format: "%10.1f", Double(median.octets) / Double(median.records)) : ""
    print(
      name.padding(toLength: 26, withPad: " ", startingAt: 0)
        + String(format: "%13.1f %17.2f", perRecord, 1000 / perRecord) + "   " + octets)
  }
}
