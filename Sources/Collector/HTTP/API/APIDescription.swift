import CAPIDescription

/// The API's description for others (OpenAPI 3.1), which the build takes from `openapi.json` beside this file.
package enum APIDescription {
  package static let json: [UInt8] = (0..<api_description_size()).map { api_description_octet($0) }
}
