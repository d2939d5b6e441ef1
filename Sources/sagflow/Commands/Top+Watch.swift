import Dispatch
import FlowModel
import FlowQuery
import FlowText
import Foundation
import NetworkBytes

extension Top {
  /// Shows the tables repeatedly until a signal ends it.
  func watch(_ keys: [GroupKey]) throws {
    let signals = StopSignals()
    let screen = WatchScreen(isTable: format == .table)
    do {
      try watch(keys, on: screen, until: signals)
    } catch {
      screen.leave()
      throw error
    }
    screen.leave()
    signals.finish()
  }

  private static let intervals = 20

  private func watch(_ keys: [GroupKey], on screen: WatchScreen, until signals: StopSignals) throws {
    var watch = TopWatch(number, by: keys, sortedBy: sort, ranking: ranking, intervals: Self.intervals)
    let report = WatchReport(
      keys: keys, statistic: sort, format: format, isHuman: !exact && isatty(STDOUT_FILENO) == 1,
      intervals: Self.intervals, hosts: hosts.names(wait: HostOptions.lookWait))
    var header: [UInt8] = []
    report.appendHeader(to: &header)
    if !header.isEmpty { screen.show(header) }
    while !signals.hasStopped {
      var draw: () -> [UInt8] = { [] }
      do {
        var scan = try store.scan()
        scan.style.csv = csv.style
        scan.isCancelled = signals.stopCheck
        let answer = try watch.look(scan, at: scan.now ?? Self.now)
        let style = scan.style
        report.hosts?.beginAnswer()
        draw = { text(report, answer, style, on: screen) }
      } catch let failure as CommandFailure where failure.status == .noInput {
        // Nothing has been collected yet; the store may not even exist.
        draw = { waiting(failure, on: screen) }
      } catch QueryError.cancelled {
        return
      } catch let failure as CommandFailure {
        throw failure
      } catch {
        throw CommandFailure(asking: error)
      }
      screen.show(draw())
      if let failure = screen.failure { throw CommandFailure(.inputOutput, "standard output: \(failure)") }
      signals.wait(until: .now() + watching.interval) {
        screen.leave()
        raise(SIGSTOP)
        screen.enter()
        if screen.size != nil { screen.show(draw()) }
      } resized: {
        if screen.size != nil { screen.show(draw()) }
      }
    }
  }

  private static var now: UnixMilliseconds { UnixMilliseconds(Date().timeIntervalSince1970 * 1000) }

  private func text(
    _ report: WatchReport, _ answer: WatchAnswer, _ style: AnswerStyle, on screen: WatchScreen
  ) -> [UInt8] {
    var text: [UInt8] = []
    switch format {
    case .table:
      text += report.table(answer, style, rows: screen.size?.rows).utf8
      // Separates the tables with a line.
      if screen.size == nil { text += "\n".utf8 }
    case .csv: report.appendCSV(answer, style, to: &text)
    case .json: report.appendJSON(answer, style, to: &text)
    }
    return text
  }

  /// Returns what to show while the store is empty.
  private func waiting(_ failure: CommandFailure, on screen: WatchScreen) -> [UInt8] {
    let reason = failure.lines.joined(separator: "; ")
    var text: [UInt8] = []
    switch format {
    case .table: text += "sagflow top: waiting for the first flows: \(reason)\n".utf8
    // No row.
    case .csv: break
    case .json:
      var object = JSONObject()
      object.append("time", AnswerStyle().text(Self.now), to: &text)
      object.append("waiting", reason, to: &text)
      object.end(to: &text)
      text += "\n".utf8
    }
    return text
  }
}
