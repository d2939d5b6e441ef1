extension ConfigurationSchema {
  static let labels: [Setting] = [
    .value(
      "labels.prefixes", .live(\.labels.prefixes), .optional("the path of a file"),
      "CSV: prefix,site,customer,role, or prefix,label; the longest matching prefix applies."),
    .value(
      "labels.exporters", .live(\.labels.exporters), .optional("the path of a file"),
      "CSV: exporter,name; `sagflow config gateways -o FILE` writes it."),
    .value(
      "labels.interfaces", .live(\.labels.interfaces), .optional("the path of a file"),
      "CSV: exporter,interface,name,speed,boundary; for interfaces without a name from the exporter."),
    .value(
      "labels.asNames", .live(\.labels.asNames), .optional("the path of a file"), "CSV: as,name."),
    .value(
      "labels.asDatabase", .live(\.labels.asDatabase), .optional("the path of a file"),
      "AS numbers and names in MaxMind's format, such as GeoLite2-ASN.mmdb; numbers only if the record has none."),
    .value(
      "labels.countryDatabase", .live(\.labels.countryDatabase), .optional("the path of a file"),
      "Countries in MaxMind's format, such as GeoLite2-Country.mmdb."),
    .value(
      "labels.interval", .live(\.labels.interval), .seconds(1...86_400),
      "Interval of checks for changed files, seconds."),
  ]
}
