package import Foundation

/// The credentials of a source, asked for when they are first needed and again when they come to their end.
package actor RenewedCredentials {
  private let source: any CredentialSource
  private var known: Credentials?
  /// When the source is asked again, at the earliest: it may give what it gave before.
  private var nextLook = Date.distantPast

  /// Seconds.
  private let pause: TimeInterval

  /// - Parameter pause: least time between two questions while what is known comes to its end, seconds.
  package init(_ source: any CredentialSource, pause: TimeInterval = 0) {
    self.source = source
    self.pause = pause
  }

  /// Credentials that have not come to their end. While a source does not work, those that it gave before serve as long as they are valid.
  ///
  /// - Throws: `CredentialError` if there are none.
  package func current() async throws(CredentialError) -> Credentials {
    if let known, !known.isExpiring || (Date() < nextLook && known.isValid) { return known }
    nextLook = Date().addingTimeInterval(pause)
    do throws(CredentialError) {
      guard let new = try await source.credentials() else { throw CredentialError.none([]) }
      known = new
      return new
    } catch {
      if let known, known.isValid { return known }
      throw error
    }
  }

  /// Has the source asked before the next request: the service refused what is known.
  package func discard() {
    known = nil
  }
}
