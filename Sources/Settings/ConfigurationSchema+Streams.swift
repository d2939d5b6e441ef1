extension ConfigurationSchema {
  static let streams: [Setting] = [
    .value(
      "streams.maximumConnections", .restart(\.streams.maximumConnections), .integer(1...50_000),
      "Connections in all; more are closed at once, and counted."),
    .value(
      "streams.maximumConnectionsPerAddress", .restart(\.streams.maximumConnectionsPerAddress), .integer(1...50_000),
      "Connections from one address."),
    .value(
      "streams.idleTimeout", .restart(\.streams.idleTimeout), .seconds(10...604_800, zero: "never"),
      "A connection that brings nothing for this long is closed, seconds; 0: never."),
    .value(
      "tls.certificate", .live(\.tls.certificate), .optional("the path of a file"),
      "PEM file of this collector's certificate and those above it; a tls:// address needs it."),
    .value(
      "tls.key", .live(\.tls.key), .optional("the path of a file"), "PEM file of the certificate's key."),
    .value(
      "tls.clientCa", .live(\.tls.clientCA), .optional("the path of a file"),
      "PEM file of authorities: exporters need a certificate of one of them; empty: they need none."),
    .list(
      "tls.clientNames", .live(\.tls.clientNames), .hostName, mayBeEmpty: true,
      "Names of exporters, in their certificates, that may connect; none named: all that tls.clientCa vouches for."),
  ]

  /// What TLS needs and does not have.
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
      let problem = "names of clients are in their certificates, which nobody vouches for; set tls.clientCa"
      found.append((["tls.clientNames", "tls.clientCa"], problem))
    }
    return found
  }
}
