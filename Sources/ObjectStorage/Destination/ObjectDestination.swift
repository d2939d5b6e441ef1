// ObjectStorage: ships committed files as objects to S3-compatible stores and to Alibaba Cloud OSS.
//
//     Destination    a file as one object, whole or in parts; never overwrites; checks existing objects
//     Request        addresses, signatures, HTTP
//     Answers        XML, errors and their remedies
//     Content        checksums
//     Credentials    credentials for Amazon's services; those for Alibaba Cloud are in CloudAPI

public import CloudAPI
import Foundation
public import Logging
public import Shipping
import Synchronization

/// A bucket that receives each committed file as one object, named by the prefix and the file's name.
///
/// Uploads are verified, and nothing is ever overwritten. An existing object with the name is either the same file from
/// an earlier attempt, or a failure.
public final class ObjectDestination: FileDestination {
  let options: ObjectStorageOptions
  let location: ObjectLocation
  package let client: ObjectClient
  let dialect: ObjectDialect
  let logger: Logger
  private let state = Mutex(State())

  private struct State {
    /// Keys whose last request got no response: the object may exist, and a check is cheaper than an upload in vain.
    var uncertain: Set<String> = []
    var knowsConditions = true
    /// Whether an object was written and the response did not show that the condition is ignored.
    var isConditionTried = false
    var isIntroduced = false
  }

  /// Maximum number of uncertain keys: more than can be in transit. If retention removes a file, its key is never asked
  /// for again.
  package static let maximumUncertain = 256

  /// - Throws: `ParameterError` with the name of the invalid option.
  public convenience init(
    _ options: ObjectStorageOptions, credentials: any CredentialSource, logger: Logger
  ) throws(ParameterError) {
    try options.check()
    self.init(unchecked: options, at: try ObjectLocation(options), credentials: credentials, logger: logger)
  }

  /// - Parameter options: parts may be shorter than services accept.
  package init(
    unchecked options: ObjectStorageOptions, at location: ObjectLocation, credentials: any CredentialSource,
    logger: Logger
  ) {
    self.options = options
    self.location = location
    self.logger = logger
    dialect = ObjectDialect(options: options, isAmazon: location.isAmazon)
    client = ObjectClient(
      location: location, credentials: RenewedCredentials(credentials, pause: 60),
      timeout: .seconds(max(1, options.timeout)))
  }

  /// Uses the credentials of the cloud's own tools.
  ///
  /// - Throws: `ParameterError` with the name of the invalid option.
  public convenience init(
    _ options: ObjectStorageOptions, environment: [String: String], homeDirectory: String, logger: Logger
  ) throws(ParameterError) {
    let source = options.credentials(environment: environment, homeDirectory: homeDirectory)
    try self.init(options, credentials: source, logger: logger)
  }

  public var place: String {
    "\(options.service.rawValue)://\(options.bucket)/\(options.prefix) at \(location.endpoint.host)"
  }

  public func ship(_ file: CommittedFile) async throws {
    let key = options.prefix + file.name
    do {
      await introduce()
      try await (file.octets > options.partLength ? shipInParts(file, key) : shipWhole(file, key))
      isUncertain(key, false)
    } catch let refusal as ObjectRefusal {
      isUncertain(key, false)
      throw refusal.failure(name(key))
    } catch let failure as ShippingFailure {
      switch failure.remedy {
      case .retry: isUncertain(key, true)
      case .setAside: isUncertain(key, false)
      case .wait: break
      }
      throw failure
    }
  }

  /// The name of an object in messages.
  func name(_ key: String) -> String { "\(options.service.rawValue)://\(options.bucket)/\(key)" }

  /// Logs the source of the credentials once, with its warnings.
  private func introduce() async {
    guard state.withLock({ !$0.isIntroduced }), let found = try? await client.credentials.current() else { return }
    guard state.withLock({ !exchange(&$0.isIntroduced, with: true) }) else { return }
    logger.info("\(place): credentials from \(found.source)")
    for warning in found.warnings { logger.warning("\(warning)") }
  }

  private func isUncertain(_ key: String, _ isUncertain: Bool) {
    state.withLock { state in
      guard isUncertain else {
        state.uncertain.remove(key)
        return
      }
      if state.uncertain.insert(key).inserted, state.uncertain.count > Self.maximumUncertain {
        // Any other key may be dropped.
        if let other = state.uncertain.first(where: { $0 != key }) { state.uncertain.remove(other) }
      }
    }
  }

  package var uncertainCount: Int { state.withLock { $0.uncertain.count } }

  /// Returns whether to check for an existing object before writing.
  func needsLook(_ key: String) -> Bool {
    state.withLock {
      !$0.knowsConditions || $0.uncertain.contains(key) || (dialect.isConditionDoubtful && !$0.isConditionTried)
    }
  }

  var knowsConditions: Bool { state.withLock { $0.knowsConditions } }

  /// Records that the server does not support the condition; from now on, checks before each write.
  func forgoConditions(_ refusal: ObjectRefusal) {
    guard state.withLock({ exchange(&$0.knowsConditions, with: false) }) else { return }
    logger.warning(
      "\(place): the server refuses the header \(dialect.condition.name) (\(refusal.code.isEmpty ? "HTTP \(refusal.status)" : refusal.code)); each name is looked up before it is written instead"
    )
  }

  /// Determines from the response to a write whether the condition is effective.
  func noteCondition(_ answer: ObjectAnswer) {
    if !dialect.hasVersions(answer) { return state.withLock { $0.isConditionTried = true } }
    guard state.withLock({ exchange(&$0.knowsConditions, with: false) }) else { return }
    logger.notice(
      "\(place): the bucket keeps versions, for which OSS ignores the header \(dialect.condition.name); each name is looked up before it is written instead"
    )
  }

  /// The condition that prevents overwriting, if the server supports it.
  var conditions: [String: String] {
    knowsConditions ? [dialect.condition.name: dialect.condition.value] : [:]
  }
}

extension ObjectStorageOptions {
  /// The first invalid option, by its configuration name, and what was expected; nil if all are valid.
  public var problem: (option: String, reason: String)? {
    do throws(ParameterError) {
      try check()
      return nil
    } catch {
      return (error.name, error.reason)
    }
  }

  /// - Throws: `ParameterError` with the name of the invalid option.
  public func check() throws(ParameterError) {
    _ = try ObjectLocation(self)
    let isClean = prefix.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    guard !prefix.hasPrefix("/"), !prefix.contains("//"), isClean, prefix.utf8.count <= 512 else {
      throw ParameterError(
        .prefix, value: prefix, expected: "a prefix of names, such as flows/, without a leading slash")
    }
    guard (5 << 20...5 << 30).contains(partLength) else {
      throw ParameterError(.partLength, value: "\(partLength)", expected: "5 MiB to 5 GiB")
    }
  }
}

/// Sets a value and returns the previous one.
private func exchange(_ value: inout Bool, with new: Bool) -> Bool {
  defer { value = new }
  return value
}
