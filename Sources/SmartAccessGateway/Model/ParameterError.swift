/// A value that the service would refuse, found before anything is sent.
public struct ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong: a parameter of the API, or the endpoint.
  public enum Parameter: Hashable, Sendable {
    case field(FlowLogField)
    case regionID, flowLogID, endpoint
  }

  public let parameter: Parameter
  public let value: String
  /// What was expected, to stand behind that word.
  public let expected: String

  init(_ parameter: Parameter, value: String, expected: String) {
    self.parameter = parameter
    self.value = value
    self.expected = expected
  }

  /// The parameter as the API's pages call it.
  public var name: String {
    switch parameter {
    case .field(let field): field.rawValue
    case .regionID: "RegionId"
    case .flowLogID: "FlowLogId"
    case .endpoint: "endpoint"
    }
  }

  /// What was expected and what was found, without the parameter's name.
  public var reason: String {
    "expected \(expected), found " + (value.isEmpty ? "nothing" : "'\(TerminalText.escaped(value))'")
  }

  public var description: String { "\(name): \(reason)" }
}
