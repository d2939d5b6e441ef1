import Foundation
import NIOCore

/// The rows of an answer in the format JSONCompact: texts, as the questions are put.
struct ServerTable: Sendable, Decodable {
  var rows: [[String]]

  private enum CodingKeys: String, CodingKey {
    case rows = "data"
  }

  init(rows: [[String]]) { self.rows = rows }

  init?(_ body: ByteBuffer) {
    guard let table = try? JSONDecoder().decode(Self.self, from: Data(body.readableBytesView)) else { return nil }
    self = table
  }
}
