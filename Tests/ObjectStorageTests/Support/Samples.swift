import CloudAPI
import Foundation
import Logging
import Shipping
import TestSupport

import ObjectStorage

/// A committed file of random octets.
final class SampleFile: Sendable {
  let octets: [UInt8]
  let file: CommittedFile
  private let folder: TemporaryFolder

  /// - Parameter name: path relative to the store.
  init(_ count: Int, seed: UInt64 = 1, name: String = SampleFile.name) throws {
    var random = SeededGenerator(seed: seed)
    var octets: [UInt8] = []
    octets.reserveCapacity(count + 8)
    while octets.count < count {
      let word = random.next()
      for place in 0..<8 { octets.append(UInt8(truncatingIfNeeded: word >> (place * 8))) }
    }
    octets.removeLast(octets.count - count)
    self.octets = octets
    folder = try TemporaryFolder()
    let path = try folder.write(octets, as: "flows.parquet")
    file = CommittedFile(name: name, path: path, octets: UInt64(count))
  }

  static let name = "date=2026-01-31/hour=07/flows-host-20260131T070000Z-0-1.parquet"
  static let key = "flows/\(name)"

  func remove() throws { try FileManager.default.removeItem(atPath: file.path) }
}

extension ObjectStoreStub {
  /// Part length in octets: smaller than services accept, to keep tests fast.
  static let part = 64 << 10

  /// Returns an output to this store.
  func destination(
    _ source: (any CredentialSource)? = nil, secret: String = ObjectStoreStub.accessKeySecret,
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ change: (inout ObjectStorageOptions) -> Void = { _ in }
  ) throws -> ObjectDestination {
    var options = ObjectStorageOptions()
    options.service = service
    options.endpoint = endpoint
    options.bucket = Self.bucket
    options.region = "cn-hangzhou"
    options.prefix = "flows/"
    options.partLength = UInt64(Self.part)
    change(&options)
    return ObjectDestination(
      unchecked: options, at: try ObjectLocation(options),
      credentials: source
        ?? Credentials(accessKeyID: Self.accessKeyID, accessKeySecret: secret, source: "the test"),
      logger: logger)
  }
}

/// Returns the failure of an output; nil if it accepts the file.
func failure(_ destination: ObjectDestination, _ file: CommittedFile) async -> ShippingFailure? {
  do {
    try await destination.ship(file)
    return nil
  } catch let failure as ShippingFailure {
    return failure
  } catch {
    return ShippingFailure(.setAside, "NOT A FAILURE OF SHIPPING: \(error)")
  }
}
