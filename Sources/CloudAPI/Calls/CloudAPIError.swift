/// Why a call did not do what it should.
public enum CloudAPIError: Error, Sendable, CustomStringConvertible {
  case credentials(CredentialError)
  /// The service refused.
  case api(APIError)
  /// The service was not reached.
  case web(WebFailure)
  /// Something answered that is not the API: a proxy's or a load balancer's page, or nothing.
  case notTheAPI(endpoint: String, status: Int, text: String)
  /// The API answered with something else than it should.
  case unreadable(action: String, reason: String)

  /// Whether the same call may succeed a little later.
  var isTransient: Bool {
    switch self {
    case .credentials, .unreadable: false
    case .api(let error): error.isTransient
    case .web(let failure): failure.isTransient
    case .notTheAPI(_, let status, _): status >= 500 || status == 429
    }
  }

  /// Whether the service may have done what was asked all the same: its answer was lost, or says nothing of that.
  public var isAmbiguous: Bool {
    switch self {
    case .credentials: false
    case .api(let error): error.isUnavailability
    case .web(let failure): failure.isAmbiguous
    case .notTheAPI, .unreadable: true
    }
  }

  public var description: String {
    switch self {
    case .credentials(let error): "\(error)"
    case .api(let error): "\(error)"
    case .web(let failure): "\(failure)"
    case .notTheAPI(let endpoint, let status, let text):
      "\(endpoint): answered HTTP \(status) \(text.isEmpty ? "with nothing" : "with '\(text)'"), which is not the API's; "
        + (isTransient ? "try again, or check the endpoint" : "check endpoint and proxy")
    case .unreadable(let action, let reason): "\(action): the answer cannot be read: \(reason); check the endpoint"
    }
  }
}
