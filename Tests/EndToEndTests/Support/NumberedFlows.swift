import Foundation
import TestSupport

/// Flows that differ in their source port.
enum NumberedFlows {
  /// Sends each flow in a separate NetFlow v5 datagram, the first with source port 1000 and sequence number 0.
  static func send(_ numbers: Range<Int>, to port: UInt16) throws {
    let socket = try LoopbackSocket()
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    for number in numbers {
      let flow = ExportedFlow(sourcePort: UInt16(1000 + number))
      try socket.send(ExportMessage.v5([flow], at: now, sequence: UInt32(number)), to: port)
    }
  }
}

extension Sagflow {
  /// Returns the number of rows in a store according to `query --count`; -1 if it fails.
  static func rowCount(_ store: String) async throws -> Int {
    let outcome = try await run(["query", "-r", store, "--count", "--format", "csv"])
    return Int(outcome.output.split(separator: "\n").last?.split(separator: ",").first ?? "") ?? -1
  }
}

/// Returns the contents of a folder as relative paths.
func paths(under folder: String) -> [String] {
  FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
}
