import ArgumentParser
import FlowText
import Foundation

/// The option of commands that print CSV for programs that take texts for formulas.
struct CSVOptions: ParsableArguments {
  @Flag(
    help:
      "In CSV, an apostrophe in front of texts that begin as formulas do (= + - @ or a control character), for spreadsheets."
  )
  var csvSafe = false

  func check(_ format: RowFormat?) throws {
    if csvSafe, format != .csv { throw ValidationError("--csv-safe is about CSV; needs --format csv") }
  }

  var style: CSVStyle {
    var style = CSVStyle()
    style.guardsFormulas = csvSafe
    style.isForTerminal = isatty(STDOUT_FILENO) == 1
    return style
  }
}
