import Collector
import Foundation
import Logging
import Settings
import Synchronization
import Testing

@Suite("Log lines")
struct LogTests {
  private static let time = Date(timeIntervalSince1970: 1_767_225_600.25)
  private static let plain = LogStyle(format: .text, prefix: .time, colour: false)

  private func line(
    _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata = [:], label: String = "sagflow"
  ) -> LogLine {
    LogLine(level: level, label: label, message: message, metadata: metadata, time: Self.time)
  }

  @Test("a line of text begins with the time in UTC")
  func text() {
    #expect(
      line(.info, "listening", ["port": "9995", "address": "::"]).rendered(Self.plain)
        == "2026-01-01T00:00:00.250Z info     sagflow: listening address=:: port=9995\n")
  }

  @Test(
    "in the journal it begins with the priority instead",
    arguments: [
      (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
    ])
  func priority(level: Logger.Level, number: Int) {
    let style = LogStyle(format: .text, prefix: .priority, colour: true)
    #expect(line(level, "m").rendered(style) == "<\(number)>m\n")
    #expect(line(level, "m", label: "store").rendered(style) == "<\(number)>store: m\n")
  }

  @Test("JSON is an object a line that any parser reads")
  func json() throws {
    let style = LogStyle(format: .json, prefix: .time, colour: false)
    let text = line(.error, "a \"b\" \\ \n\u{1b}é\u{2028}", ["path": "x\ty", "level": "3"]).rendered(style)
    #expect(text.count(where: \.isNewline) == 1)
    let object = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    #expect(
      object == [
        "time": "2026-01-01T00:00:00.250Z", "level": "error", "label": "sagflow",
        "message": "a \"b\" \\ \n\u{1b}é\u{2028}",
        "path": "x\ty", "level_": "3",
      ])
  }

  @Test("control characters in a message neither break the line nor reach the terminal")
  func control() {
    let text = line(.info, "a\nb\r\n\u{1b}[31mc\u{85}\u{2028}", ["k\u{0}": "v\n"]).rendered(Self.plain)
    #expect(text.hasSuffix(#"sagflow: a\nb\r\n\u001b[31mc\u0085\u2028 k\u0000=v\n"# + "\n"))
    #expect(text.unicodeScalars.count { $0.properties.generalCategory == .control } == 1)
  }

  @Test(
    "only a terminal gets colours, only the journal priorities",
    arguments: [
      ([:], true, LogStyle(format: .text, prefix: .time, colour: true)),
      ([:], false, LogStyle(format: .text, prefix: .time, colour: false)),
      (["NO_COLOR": "1"], true, LogStyle(format: .text, prefix: .time, colour: false)),
      (["JOURNAL_STREAM": "8:1"], true, LogStyle(format: .text, prefix: .priority, colour: false)),
      (["JOURNAL_STREAM": ""], false, LogStyle(format: .text, prefix: .time, colour: false)),
    ] as [([String: String], Bool, LogStyle)])
  func style(environment: [String: String], isTerminal: Bool, style: LogStyle) {
    #expect(LogStyle(format: .text, environment: environment, isTerminal: isTerminal) == style)
  }

  @Test("errors stand out by colour and end it")
  func colour() {
    let style = LogStyle(format: .text, prefix: .time, colour: true)
    #expect(line(.error, "m").rendered(style).contains("\u{1b}[31merror   \u{1b}[0m sagflow: m"))
    #expect(!line(.info, "m").rendered(style).contains("\u{1b}"))
  }

  @Test("the level holds for loggers made before it changed, unless they have their own")
  func levels() {
    let lines = Mutex<[String]>([])
    let output = LogOutput(style: LogStyle(format: .text, prefix: .priority, colour: false), level: .warning) { line in
      lines.withLock { $0.append(line) }
    }
    let logger = Logger(label: "sagflow") { OutputLogHandler(label: $0, output: output) }
    var own = logger
    own.logLevel = .critical
    own[metadataKey: "worker"] = "1"
    logger.info("one")
    logger.warning("two")
    output.level = .debug
    #expect(output.level == .debug)
    logger.info("three", metadata: ["n": "3"])
    logger.trace("four")
    own.error("five")
    own.critical("six", metadata: ["n": "6"])
    #expect(lines.withLock { $0 } == ["<4>two\n", "<6>three n=3\n", "<2>six n=6 worker=1\n"])
  }
}
