package import CloudAPI
import Foundation

/// Signature V4 of one Alibaba Cloud OSS request, in its `Authorization` header (OSS: "Include a V4 signature in the
/// header"). It never covers the body, whose integrity relies on HTTPS and the service's CRC-64.
package struct OSSSignature {
  package static let algorithm = "OSS4-HMAC-SHA256"
  private static let scheme = ScopedSignature.Scheme(
    algorithm: algorithm, keyPrefix: "aliyun_v4", service: "oss", terminator: "aliyun_v4_request")
  private static let payload = "UNSIGNED-PAYLOAD"

  /// As signed and sent.
  package let query: String
  package let canonicalRequest: String
  package let stringToSign: String
  package let signature: String
  /// The request's headers and those of the signature.
  package let headers: [String: String]

  package init(_ request: ObjectRequest, _ location: ObjectLocation, _ credentials: Credentials, _ time: SignatureTime)
  {
    var headers = request.headers
    headers["x-oss-date"] = time.text
    headers["x-oss-content-sha256"] = Self.payload
    headers["x-oss-security-token"] = credentials.securityToken
    query = Self.query(request.query)
    let block = headers.keys.filter(Self.isSigned).sorted().map { "\($0):\(headers[$0] ?? "")\n" }.joined()
    // The empty line is for additional headers, of which there are none.
    canonicalRequest = [request.method, location.resource(request.key), query, block, "", Self.payload]
      .joined(separator: "\n")
    let signed = ScopedSignature(Self.scheme, of: canonicalRequest, in: location.region, credentials, time)
    (stringToSign, signature) = (signed.stringToSign, signed.signature)
    headers["authorization"] =
      "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(signed.scope),Signature=\(signature)"
    headers["host"] = location.host
    self.headers = headers
  }

  private static func isSigned(_ name: String) -> Bool {
    name.hasPrefix("x-oss-") || name == "content-type" || name == "content-md5"
  }

  /// Sorted by encoded names; an empty value gives the name alone.
  private static func query(_ parameters: [String: String]) -> String {
    parameters.map { (PercentEncoding.encode($0.key), PercentEncoding.encode($0.value)) }.sorted { $0.0 < $1.0 }
      .map { $0.1.isEmpty ? $0.0 : "\($0.0)=\($0.1)" }.joined(separator: "&")
  }
}
