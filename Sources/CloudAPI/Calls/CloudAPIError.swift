/// Why a call failed.
public enum CloudAPIError: Error, Sendable, CustomStringConvertible {
  case credentials(CredentialError)
  /// The API returned an error.
  case api(APIError)
  /// The service was not reached.
  case web(WebFailure)
  /// Something other than the API responded, such as a proxy or load balancer.
  case notTheAPI(endpoint: String, status: Int, text: String)
  /// The API's response has an unexpected form.
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

  /// Whether the operation may have been performed anyway: the response was lost or is inconclusive.
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
