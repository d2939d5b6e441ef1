import Foundation
package import NIOCore

/// A result in the format JSONCompact; queries select only texts.
package struct ServerTable: Sendable, Decodable {
  package var rows: [[String]]

  private enum CodingKeys: String, CodingKey {
    case rows = "data"
  }

  package init(rows: [[String]]) { self.rows = rows }

  package init?(_ body: ByteBuffer) {
    guard let table = try? JSONDecoder().decode(Self.self, from: Data(body.readableBytesView)) else { return nil }
    self = table
  }
}
