package import Foundation

/// Caches the credentials of a source, and renews them before they expire.
package actor RenewedCredentials {
  private let source: any CredentialSource
  private var known: Credentials?
  /// Earliest time to ask the source again, which may return the same credentials.
  private var nextLook = ContinuousClock.now

  /// Seconds.
  private let pause: TimeInterval

  /// - Parameter pause: minimum time between requests while the cached credentials are expiring, seconds.
  package init(_ source: any CredentialSource, pause: TimeInterval = 0) {
    self.source = source
    self.pause = pause
  }

  /// Returns credentials that are not about to expire. While the source fails, earlier ones are used as long as they
  /// are valid.
  ///
  /// - Throws: `CredentialError` if there are none.
  package func current() async throws(CredentialError) -> Credentials {
    if let known, !known.isExpiring || (ContinuousClock.now < nextLook && known.isValid) { return known }
    nextLook = .now + .seconds(pause)
    do throws(CredentialError) {
      guard let new = try await source.credentials() else { throw CredentialError.none([]) }
      known = new
      return new
    } catch {
      if let known, known.isValid { return known }
      throw error
    }
  }

  /// Makes the next request ask the source, after the service has rejected the cached credentials.
  package func discard() {
    known = nil
  }
}
