import ArgumentParser
import FlowFilter
import HostNames
import NetworkBytes
import Synchronization

/// Options for filter files.
struct FilterOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "Read a filter from this file, which may have comments and @include; a filter on the command line must match, too.",
      valueName: "file"))
  var filterFile: [String] = []

  @Flag(
    help: "Resolve host names in filters to all their addresses, once, before anything is read.")
  var resolveFilter = false

  /// Resolves host names in filters; each is looked up once.
  private var hosts: HostResolution? {
    guard resolveFilter else { return nil }
    let known = Mutex<[String: [IPAddress]]>([:])
    return HostResolution { name throws(HostResolution.Failure) in
      if let addresses = known.withLock({ $0[name] }) { return addresses }
      do throws(SystemResolver.Failure) {
        let addresses = try SystemResolver.addresses(of: name)
        known.withLock { $0[name] = addresses }
        return addresses
      } catch {
        throw HostResolution.Failure(error.description)
      }
    }
  }

  /// Returns the texts of the files and of the words; either may be absent.
  private func texts(_ words: [String], _ hosts: HostResolution?) throws(CommandFailure) -> [FilterText] {
    do throws(FilterError) {
      var texts: [FilterText] = []
      for path in filterFile { texts.append(try FilterText(file: path)) }
      texts.append(try FilterText(words.joined(separator: " ")))
      // Parses each separately, so that errors name the right one.
      for text in texts { _ = try text.filter(resolving: hosts) }
      return texts
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Returns the conjunction of all filters.
  func filter(_ words: [String]) throws(CommandFailure) -> FlowFilter {
    let hosts = hosts
    let texts = try texts(words, hosts)
    do throws(FilterError) {
      return try FlowFilter(parsing: FilterText.all(texts), resolving: hosts)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Returns the same as text, with names replaced by addresses: for settings.
  func text(_ words: [String]) throws(CommandFailure) -> String {
    resolveFilter ? try filter(words).description : FilterText.all(try texts(words, nil))
  }

  /// Checks the words alone.
  func check(_ words: String) throws(FilterError) { _ = try FilterText(words).filter(resolving: hosts) }
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
