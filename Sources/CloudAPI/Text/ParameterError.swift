/// An invalid value, detected before anything is sent.
public struct ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is invalid: a parameter of an API, or the endpoint.
  public struct Parameter: Hashable, Sendable {
    /// Its name in the API documentation.
    public let name: String

    package init(_ name: String) { self.name = name }

    package static let endpoint = Parameter("endpoint")
  }

  public let parameter: Parameter
  public let value: String
  /// What was expected, as it reads after that word.
  public let expected: String

  package init(_ parameter: Parameter, value: String, expected: String) {
    self.parameter = parameter
    self.value = value
    self.expected = expected
  }

  /// The parameter's name in the API documentation.
  public var name: String { parameter.name }

  /// What was expected and what was found, without the parameter's name.
  public var reason: String {
    "expected \(expected), found " + (value.isEmpty ? "nothing" : "'\(TerminalText.escaped(value))'")
  }

  public var description: String { "\(name): \(reason)" }
}
