import CAPIDescription

/// The API's description (OpenAPI 3.1), which the build embeds from `openapi.json` in this folder.
package enum APIDescription {
  package static let json: [UInt8] = (0..<api_description_size()).map { api_description_octet($0) }
}
