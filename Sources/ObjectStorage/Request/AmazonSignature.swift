package import CloudAPI
import Foundation

/// Signature Version 4 of one S3 request, in its `Authorization` header (AWS: "Authenticating Requests: Using the
/// Authorization Header"). It covers the body's hash, so that a server that verifies it detects changes in transit,
/// even over plain HTTP.
package struct AmazonSignature {
  package static let algorithm = "AWS4-HMAC-SHA256"
  private static let scheme = ScopedSignature.Scheme(
    algorithm: algorithm, keyPrefix: "AWS4", service: "s3", terminator: "aws4_request")

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
    let payload = SigningHash.hexadecimal(request.payloadHash ?? ContentDigest(of: [], .sha256).sha256 ?? Data())
    headers["host"] = location.host
    headers["x-amz-date"] = time.text
    headers["x-amz-content-sha256"] = payload
    headers["x-amz-security-token"] = credentials.securityToken
    query = PercentEncoding.query(request.query)
    let names = headers.keys.sorted()
    let signedHeaders = names.joined(separator: ";")
    let block = names.map { "\($0):\(Self.trimmed(headers[$0] ?? ""))\n" }.joined()
    canonicalRequest = [request.method, location.path(request.key), query, block, signedHeaders, payload]
      .joined(separator: "\n")
    let signed = ScopedSignature(Self.scheme, of: canonicalRequest, in: location.region, credentials, time)
    (stringToSign, signature) = (signed.stringToSign, signed.signature)
    headers["authorization"] =
      "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(signed.scope), SignedHeaders=\(signedHeaders), Signature=\(signature)"
    self.headers = headers
  }

  /// Removes outer white space and collapses inner white space.
  private static func trimmed(_ value: String) -> String {
    value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }
}
