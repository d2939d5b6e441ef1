import FlowText
import HostNames
import NIOCore
import NetworkBytes

/// Host names: `/api/v1/names`.
struct NamesQuestion: Sendable {
  static let parameters = ["addresses"]

  private let addresses: Set<IPAddress>

  private static let maximumCount = 200

  init(_ parameters: QueryParameters) throws(APIError) {
    let texts = (parameters.text("addresses") ?? "").split(separator: ",", omittingEmptySubsequences: false)
    guard texts.count <= Self.maximumCount else {
      throw .parameter("addresses", "has \(texts.count); ask for \(Self.maximumCount) at a time")
    }
    var addresses: Set<IPAddress> = []
    for text in texts {
      guard let address = IPAddress(String(text)) else {
        throw .parameter("addresses", "expected IP addresses joined by commas, found '\(text.prefix(64))'")
      }
      addresses.insert(address)
    }
    self.addresses = addresses
  }

  /// Blocks until the names are known, or the maximum wait is over.
  func json(_ names: ReverseNames) -> ByteBuffer {
    names.beginAnswer()
    let found = names.findings(of: addresses)
    var (json, object, inner) = ([UInt8](), JSONObject(), JSONObject())
    object.appendName("names", to: &json)
    for (address, name) in found.sorted(by: { $0.key < $1.key }) {
      inner.append(address.description, name, to: &json)
    }
    inner.end(to: &json)
    object.end(to: &json)
    json.append(UInt8(ascii: "\n"))
    return ByteBuffer(bytes: json)
  }
}
