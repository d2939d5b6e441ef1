/// A value that the service would refuse, found before anything is sent.
public struct ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong: a parameter of an API, or the endpoint.
  public struct Parameter: Hashable, Sendable {
    /// As the API's pages call it.
    public let name: String

    package init(_ name: String) { self.name = name }

    package static let endpoint = Parameter("endpoint")
  }

  public let parameter: Parameter
  public let value: String
  /// What was expected, to stand behind that word.
  public let expected: String

  package init(_ parameter: Parameter, value: String, expected: String) {
    self.parameter = parameter
    self.value = value
    self.expected = expected
  }

  /// The parameter as the API's pages call it.
  public var name: String { parameter.name }

  /// What was expected and what was found, without the parameter's name.
  public var reason: String {
    "expected \(expected), found " + (value.isEmpty ? "nothing" : "'\(TerminalText.escaped(value))'")
  }

  public var description: String { "\(name): \(reason)" }
}
