import TestSupport

/// An answer of the collector's HTTP side.
struct HTTPAnswer {
  let status: Int
  /// Names in lower case.
  let headers: [String: String]
  let body: String

  /// Asks a collector on this port.
  static func get(_ path: String, from port: UInt16, method: String = "GET") async throws -> HTTPAnswer {
    let connection = try LoopbackConnection(to: port)
    try connection.send("\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    return HTTPAnswer(try await connection.readToEnd())
  }

  init(_ text: String) {
    // A carriage return and a line feed are one character.
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    let head = lines.prefix { !$0.isEmpty }
    status = head.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    headers = head.dropFirst().reduce(into: [:]) { headers, line in
      let sides = line.split(separator: ":", maxSplits: 1)
      headers[sides[0].lowercased()] = sides.last?.trimmingPrefix(" ").description
    }
    body = lines.dropFirst(head.count + 1).joined(separator: "\r\n")
  }
}
