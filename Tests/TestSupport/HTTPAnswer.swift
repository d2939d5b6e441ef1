/// A response from the collector's HTTP server.
public struct HTTPAnswer: Sendable {
  public let status: Int
  /// Names in lower case.
  public let headers: [String: String]
  public let body: String

  /// Sends a request to a collector on this port.
  ///
  /// - Parameters:
  ///   - host: value of the Host header; nil omits it.
  ///   - headers: additional header lines.
  public static func get(
    _ path: String, from port: UInt16, method: String = "GET", host: String? = "127.0.0.1", headers: [String] = [],
    body: String = ""
  ) async throws -> HTTPAnswer {
    let lines = (host.map { ["Host: \($0)"] } ?? []) + ["Connection: close"] + headers
    return try await raw("\(method) \(path) HTTP/1.1\r\n\(lines.joined(separator: "\r\n"))\r\n\r\n\(body)", to: port)
  }

  /// Sends a text, and reads until the other side closes.
  public static func raw(_ text: String, to port: UInt16) async throws -> HTTPAnswer {
    let connection = try LoopbackConnection(to: port)
    try connection.send(text)
    return HTTPAnswer(try await connection.readToEnd())
  }

  public init(_ text: String) {
    // A carriage return with a line feed is a single character.
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
