package import FlowText

extension FlowSums {
  /// The columns of sums in CSV and JSON, with and without rates.
  package static let columns = counters + ["pps", "bps"].map { TableLayout.Column($0, .right) }
  package static let counters = ["flows", "packets", "bytes"].map { TableLayout.Column($0, .right) }

  /// Appends the values of `columns`.
  package func append(over seconds: Double, to printer: inout RowPrinter, _ text: inout [UInt8]) {
    appendCounters(to: &printer, &text)
    let rates = self.rates(over: seconds)
    for value in [rates.packets, rates.bits] { printer.append(value, to: &text) }
  }

  /// Appends the values of `counters`.
  package func appendCounters(to printer: inout RowPrinter, _ text: inout [UInt8]) {
    for value in [flows, packets, octets] { printer.append(value, to: &text) }
  }
}
