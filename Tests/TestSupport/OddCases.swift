/// Every odd or malformed input covered by the record contract, with its expected result.
public enum OddCases {
  public static let all: [OddCase] =
    netFlow5Cases + netFlow9Cases + netFlow9TemplateCases + ipfixCases + ipfixTemplateCases + valueCases
    + variableLengthCases + listCases + captureCases

  // A plain template, its rows and their expected output.

  static let plain = f(8, 4) + f(12, 4) + f(1, 4)
  static let plainTemplate = template(256, f(8, 4), f(12, 4), f(1, 4))

  static func row(_ number: UInt8) -> Octets {
    u8(10, 0, 0, number, 198, 51, 100, number) + u32(1_000 + UInt32(number))
  }

  static func fields(_ number: UInt8) -> String {
    """
    {"sourceIPv4Address":"10.0.0.\(number)","destinationIPv4Address":"198.51.100.\(number)",\
    "octetDeltaCount":\(1_000 + Int(number))}
    """
  }

  static func gives(_ number: UInt8) -> Gives { .flow(256, fields(number)) }

  // Other templates, to distinguish from the plain one.

  static let portTemplate = template(256, f(7, 2), f(11, 2))
  static let ports = u16(53, 443)
  static let portFields = #"{"sourceTransportPort":53,"destinationTransportPort":443}"#
}
