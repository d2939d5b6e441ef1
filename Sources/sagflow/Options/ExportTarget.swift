import ArgumentParser
import Capture
import NetworkBytes
import StreamReception

/// Destination and transport of a test exporter.
struct ExportTarget: CustomStringConvertible {
  var endpoint: Endpoint
  /// Nil for UDP.
  var stream: Stream?

  enum Stream { case tcp, tls }

  /// Parses `192.0.2.1:9995`, `tcp://192.0.2.1:4739` or `tls://[2001:db8::1]:4740`; nil for any other text.
  init?(_ text: String) {
    var rest = text[...]
    switch text.firstRange(of: "://").map({ text[..<$0.lowerBound] }) {
    case nil: stream = nil
    case "udp": (stream, rest) = (nil, text.dropFirst(6))
    case "tcp": (stream, rest) = (.tcp, text.dropFirst(6))
    case "tls": (stream, rest) = (.tls, text.dropFirst(6))
    default: return nil
    }
    // Names are not resolved, and dual-stack addresses are for listening only.
    guard let address = try? ListenAddress(String(rest)), !address.isBothFamilies,
      let endpoint = address.endpoints.first, endpoint.port != 0
    else { return nil }
    self.endpoint = endpoint
  }

  var description: String {
    switch stream {
    case nil: "\(endpoint)"
    case .tcp: "tcp://\(endpoint)"
    case .tls: "tls://\(endpoint)"
    }
  }
}

/// Certificates of a test exporter for TLS.
struct ExportSecurity: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "PEM file of authorities for the collector's certificate (default: the system's).", valueName: "file"))
  var ca = ""

  @Option(help: ArgumentHelp("PEM file of a client certificate.", valueName: "file"))
  var certificate = ""

  @Option(help: ArgumentHelp("PEM file of its key.", valueName: "file"))
  var key = ""

  @Option(help: ArgumentHelp("Name in the collector's certificate (default: its address).", valueName: "name"))
  var serverName = ""

  var security: StreamSender.Security {
    var security = StreamSender.Security()
    (security.authority, security.certificate, security.key) = (ca, certificate, key)
    security.serverName = serverName
    return security
  }
}
