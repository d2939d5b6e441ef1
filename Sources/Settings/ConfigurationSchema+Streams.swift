extension ConfigurationSchema {
  static let streams: [Setting] = [
    .value(
      "streams.maximumConnections", .restart(\.streams.maximumConnections), .integer(1...50_000),
      "Maximum number of connections; further ones are closed at once, and counted."),
    .value(
      "streams.maximumConnectionsPerAddress", .restart(\.streams.maximumConnectionsPerAddress), .integer(1...50_000),
      "Maximum number of connections from one address."),
    .value(
      "streams.idleTimeout", .restart(\.streams.idleTimeout), .seconds(10...604_800, zero: "never"),
      "Close a connection that sends nothing for this time, seconds; 0: never."),
    .value(
      "tls.certificate", .live(\.tls.certificate), .optional("the path of a file"),
      "PEM file with this collector's certificate chain; required by tls:// addresses."),
    .value(
      "tls.key", .live(\.tls.key), .optional("the path of a file"), "PEM file with the certificate's private key."),
    .value(
      "tls.clientCa", .live(\.tls.clientCA), .optional("the path of a file"),
      "PEM file with authorities: exporters need a certificate issued by one of them; empty: they need none."),
    .list(
      "tls.clientNames", .live(\.tls.clientNames), .hostName, mayBeEmpty: true,
      "Names in exporters' certificates that may connect; empty: all certificates issued by tls.clientCa."),
  ]

  /// Checks the settings that TLS requires.
  static func streamProblems(in configuration: CollectorConfiguration) -> [(keys: [String], problem: String)] {
    var found: [(keys: [String], problem: String)] = []
    let tls = configuration.live.tls
    let missing = [("tls.certificate", tls.certificate), ("tls.key", tls.key)].filter(\.1.isEmpty).map(\.0)
    if let listener = configuration.listen.first(where: { $0.transport == .tls }), !missing.isEmpty {
      let problem = "\(listener) needs \(missing.joined(separator: " and ")); name PEM files, or listen on tcp://"
      found.append((["listen"] + missing, problem))
    }
    let isSecure = configuration.listen.contains { $0.transport == .tls }
    if isSecure, !tls.clientNames.isEmpty, tls.clientCA.isEmpty {
      let problem =
        "client names are checked in certificates, but without tls.clientCa none are required; set tls.clientCa"
      found.append((["tls.clientNames", "tls.clientCa"], problem))
    }
    return found
  }
}
