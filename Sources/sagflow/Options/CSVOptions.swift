import ArgumentParser
import FlowText
import Foundation

/// Option to protect CSV for spreadsheets, which evaluate formulas.
struct CSVOptions: ParsableArguments {
  @Flag(
    help:
      "In CSV, put an apostrophe in front of text that spreadsheets take for a formula (= + - @ or a control character)."
  )
  var csvSafe = false

  func check(_ format: RowFormat?) throws {
    if csvSafe, format != .csv { throw ValidationError("--csv-safe applies to CSV; add --format csv") }
  }

  var style: CSVStyle {
    var style = CSVStyle()
    style.guardsFormulas = csvSafe
    style.isForTerminal = isatty(STDOUT_FILENO) == 1
    return style
  }
}
