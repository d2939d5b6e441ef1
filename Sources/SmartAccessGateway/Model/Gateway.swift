import CloudAPI

/// A Smart Access Gateway as returned by the flow-log operations, which do not include its address.
public struct Gateway: Hashable, Sendable {
  /// `SmartAGId`, such as `sag-0a1b2c`.
  public var id: String
  /// Nil if missing or empty.
  public var name: String?
  /// Nil if missing or empty.
  public var description: String?

  public init(id: String, name: String? = nil, description: String? = nil) {
    self.id = id
    self.name = name
    self.description = description
  }
}

extension Gateway: Codable {
  private enum CodingKeys: String, CodingKey {
    case id = "SmartAGId"
    case name = "Name"
    case description = "Description"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func text(_ key: CodingKeys) throws -> String? {
      try fields.decodeIfPresent(LenientText.self, forKey: key).flatMap { $0.text.isEmpty ? nil : $0.text }
    }
    id = try text(.id) ?? ""
    name = try text(.name)
    description = try text(.description)
  }
}
