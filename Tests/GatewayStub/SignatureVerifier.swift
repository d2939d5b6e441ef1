import Crypto
public import Foundation

/// A request as received.
public struct WireRequest: Sendable {
  public var method: String
  public var path: String
  /// The part after the question mark, still encoded.
  public var query: String
  /// Names in lower case.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  public init(
    method: String, path: String, query: String, headers: [(name: String, value: String)], body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// The query's parameters, decoded; nil if an escape is invalid or a name is duplicate.
  public var parameters: [String: String]? { Self.form(query) }

  /// Returns the parameters of a query or a form, in which `+` is a space.
  static func form(_ text: String) -> [String: String]? {
    var found: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decode(sides[0]), let value = decode(sides.count > 1 ? sides[1] : ""),
        found.updateValue(value, forKey: name) == nil
      else { return nil }
    }
    return found
  }

  private static func decode(_ text: Substring) -> String? {
    var octets: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let first = rest.popFirst() {
      switch first {
      case UInt8(ascii: "+"): octets.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
          return nil
        }
        octets.append(value)
        rest = rest.dropFirst(2)
      default: octets.append(first)
      }
    }
    return String(validating: octets, as: UTF8.self)
  }
}

/// Verifies signatures V3 using only the received request. Written independently of the signing code: it decodes the
/// query and rebuilds the canonical form.
public struct SignatureVerifier: Sendable {
  /// Why a request is refused, with the service's own codes.
  public enum Refusal: String, Error, Sendable {
    case incomplete = "IncompleteSignature"
    case unknownKey = "InvalidAccessKeyId.NotFound"
    case wrongToken = "InvalidSecurityToken.MismatchWithAccessKey"
    case wrongSignature = "SignatureDoesNotMatch"
    case oldDate = "InvalidTimeStamp.Expired"
    case dateFormat = "InvalidTimeStamp.Format"
  }

  /// An AccessKey and, if temporary, its token.
  public struct Account: Sendable {
    public var secret: String
    public var token: String?

    public init(secret: String, token: String? = nil) {
      self.secret = secret
      self.token = token
    }
  }

  public init() {}

  public func verify(_ request: WireRequest, accounts: [String: Account], now: Date = Date()) throws(Refusal) {
    guard let authorization = request.header("authorization"), authorization.hasPrefix("ACS3-HMAC-SHA256 ") else {
      throw .incomplete
    }
    var parts: [String: String] = [:]
    for part in authorization.dropFirst(17).split(separator: ",") {
      guard let sign = part.firstIndex(of: "=") else { throw .incomplete }
      parts[part[..<sign].trimmingCharacters(in: .whitespaces)] = String(part[part.index(after: sign)...])
    }
    guard let key = parts["Credential"], let names = parts["SignedHeaders"], let signature = parts["Signature"] else {
      throw .incomplete
    }
    guard let account = accounts[key] else { throw .unknownKey }
    guard request.header("x-acs-security-token") == account.token else { throw .wrongToken }
    let signed = names.split(separator: ";").map(String.init)
    let mandatory = request.headers.map(\.name).filter {
      $0 == "host" || $0.hasPrefix("x-acs-") || $0 == "content-type"
    }
    let required = [
      "host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256",
    ]
    guard Set(signed).isSuperset(of: mandatory + required), signed == signed.sorted() else { throw .incomplete }
    try verifyDate(request.header("x-acs-date"), now)
    guard request.header("x-acs-content-sha256") == Self.hex(SHA256.hash(data: request.body)) else {
      throw .wrongSignature
    }
    let text = try canonicalText(request, signed)
    let stringToSign = "ACS3-HMAC-SHA256\n" + Self.hex(SHA256.hash(data: Data(text.utf8)))
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(stringToSign.utf8), using: SymmetricKey(data: Data(account.secret.utf8)))
    guard Self.hex(code) == signature else { throw .wrongSignature }
  }

  private func verifyDate(_ text: String?, _ now: Date) throws(Refusal) {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'"
    guard let date = text.flatMap({ format.date(from: $0) }) else { throw .dateFormat }
    guard abs(date.timeIntervalSince(now)) <= 900 else { throw .oldDate }
  }

  private func canonicalText(_ request: WireRequest, _ signed: [String]) throws(Refusal) -> String {
    guard let parameters = request.parameters else { throw .wrongSignature }
    let names = parameters.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    let query = names.map { Self.escape($0) + "=" + Self.escape(parameters[$0] ?? "") }.joined(separator: "&")
    var text = "\(request.method)\n\(request.path)\n\(query)\n"
    for name in signed {
      guard let value = request.header(name) else { throw .incomplete }
      text += "\(name):\(value.trimmingCharacters(in: .whitespaces))\n"
    }
    return text + "\n" + signed.joined(separator: ";") + "\n" + (request.header("x-acs-content-sha256") ?? "")
  }

  private static let plain = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")

  private static func escape(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
  }

  private static func hex(_ octets: some Sequence<UInt8>) -> String {
    octets.map { String(format: "%02x", $0) }.joined()
  }
}
