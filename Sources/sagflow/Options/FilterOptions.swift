import ArgumentParser
import FlowFilter

/// Which flows are meant, as far as files say it.
struct FilterOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "Read a filter from this file, which may span lines, hold comments and @include others; it must hold beside one that is given in words.",
      valueName: "file"))
  var filterFile: [String] = []

  /// The texts of the files, and the words, which stand alone where there is no file.
  func texts(_ words: [String]) throws(CommandFailure) -> [FilterText] {
    do throws(FilterError) {
      var texts: [FilterText] = []
      for path in filterFile { texts.append(try FilterText(file: path)) }
      texts.append(try FilterText(words.joined(separator: " ")))
      // Each by itself, so that what is wrong in one is not taken for another's.
      for text in texts { _ = try text.filter() }
      return texts
    } catch {
      throw CommandFailure(error)
    }
  }

  /// What all of them ask for.
  func filter(_ words: [String]) throws(CommandFailure) -> FlowFilter {
    let texts = try texts(words)
    do throws(FilterError) {
      return try FlowFilter(parsing: FilterText.all(texts))
    } catch {
      throw CommandFailure(error)
    }
  }
}

extension CommandFailure {
  init(_ error: FilterError) {
    let status: ExitStatus =
      switch error.fault?.kind {
      case .missing: .noInput
      case .notPermitted: .notPermitted
      case .unreadable: .badData
      case nil: error.file == nil ? .usage : .badData
      }
    self.init(status, "filter: \(error)")
  }
}
