import Alerts
import FlowFilter

/// The lists under `alerts`: rules and actions.
enum AlertRecords {
  // MARK: Forms of values

  private static let name = ValueForm<String>.recordName
  private static let amount = ValueForm<Double>(expected: "a number from 0 on, such as 100M, 2.5k or 0.5") {
    Quantity.amount($0)
  } text: {
    Quantity.text(amount: $0)
  }

  private static let multiple = ValueForm<Double>(expected: "a multiple of the usual value, such as 3 or 0.2") {
    Quantity.amount($0).flatMap { $0 > 0 ? $0 : nil }
  } text: {
    Quantity.text(amount: $0)
  }

  private static let header = ValueForm<String>.line("the name of an HTTP header, such as Authorization") {
    $0.utf8.allSatisfy { octet in
      let word = octet & 0xdf
      return (0x41...0x5a).contains(word) || (0x30...0x39).contains(octet) || octet == 0x2d
    }
  }

  private static let file = ValueForm<String>.line("the path of a file")
  private static let argument = ValueForm<String>.line("a program's path, and its arguments")
  private static let window = ValueForm<Int>.seconds(10...86_400)
  private static let hold = ValueForm<Int>.seconds(0...86_400)
  private static let repetition = ValueForm<Int>.seconds(60...604_800, zero: "none")
  private static let memory = ValueForm<Int>.seconds(3600...604_800)
  private static let percent = ValueForm<Int>.integer(1...100)
  private static let measure = ValueForm<AlertMeasure>(
    expected: AlertMeasure.allCases.dropLast().map(\.rawValue).joined(separator: ", ") + " or newSources"
  ) { text in
    AlertMeasure.allCases.first { $0.rawValue.lowercased() == text.lowercased() }
  } text: {
    $0.rawValue
  }

  // MARK: Rules

  static let rules = RecordForm(
    fields: [
      .value("name", name, isRequired: true, "Unique among rules."),
      .value("filter", .filter, keepsLines: true, "Which flows, in the filter language; empty: all."),
      .value("measure", measure, "What is measured; default bitsPerSecond."),
      .value("window", window, "The time over which it is measured; default 5m."),
      .value("above", amount, "Fires above this value; exactly one of this and the next three is required."),
      .value("below", amount, "Fires below this value."),
      .value("aboveUsual", multiple, "Fires above this multiple of the usual value."),
      .value("belowUsual", multiple, "Fires below this multiple of the usual value."),
      .value("floor", amount, "For multiples of the usual value: ignore smaller values."),
      .value("for", hold, "How long the value must be over the limit, and back again; default 0."),
      .value("clear", percent, "Percentage of the limit at which the value counts as back; default 80."),
      .value("repeat", repetition, "Repeat the message after this time; default 0, never."),
      .value("memory", memory, "For newSources: how long a source is remembered; default 24h."),
      .list("actions", name, "Names of actions; default: all."),
      .value("log", .flag, "Log changes; default true."),
    ],
    apply: { texts, directory, configuration in
      let reserved = Set(BuiltInAlerts.Name.allCases.map(\.rawValue))
      return RecordForm.apply(texts, reserved, to: &configuration.live.alerts.rules) { rule($0, directory, $1) }
    },
    texts: { $0.live.alerts.rules.map(text) })

  private static func rule(
    _ text: RecordText, _ directory: String, _ report: (String?, String) -> Void
  ) -> AlertRule? {
    var rule = AlertRule(name: text.value("name", name) ?? "")
    do throws(FilterError) {
      let setting = try FilterSetting(text.value("filter", .filter) ?? "", directory: directory)
      (rule.filter, rule.filterText) = (setting.filter, setting.text)
    } catch {
      report("filter", "\(error)")
      return nil
    }
    if let value = text.value("measure", measure) { rule.measure = value }
    if let value = text.value("window", window) { rule.window = value }
    if let value = text.value("for", hold) { rule.timing.hold = value }
    if let value = text.value("repeat", repetition) { rule.timing.repeatInterval = value }
    if let value = text.value("log", .flag) { rule.isLogged = value }
    if let value = text.value("memory", memory) {
      if rule.measure != .newSources { report("memory", "applies only to measure: newSources; remove it") }
      rule.memory = value
    }
    rule.actions = text.values["actions"]
    guard let condition = condition(text, rule.measure, report) else { return nil }
    rule.condition = condition
    return rule
  }

  private static func condition(
    _ text: RecordText, _ measure: AlertMeasure, _ report: (String?, String) -> Void
  ) -> AlertCondition? {
    let limits = ["above", "below", "aboveUsual", "belowUsual"].filter { text.values[$0] != nil }
    guard let limit = limits.first, limits.count == 1 else {
      report(
        limits.last,
        "expected one of above, below, aboveUsual and belowUsual"
          + (limits.isEmpty ? "" : ", found \(limits.joined(separator: " and "))"))
      return nil
    }
    let direction: AlertCondition.Direction = limit.hasPrefix("above") ? .above : .below
    let isUsual = limit.hasSuffix("Usual")
    let floor = text.value("floor", amount)
    if floor != nil, !isUsual { report("floor", "applies only to aboveUsual and belowUsual; remove it") }
    let value = text.value(limit, isUsual ? multiple : amount) ?? 0
    if isUsual, measure == .newSources {
      report(limit, "newSources has no usual value; use above or below")
    }
    if isUsual, direction == .above ? value <= 1 : value >= 1 {
      report(limit, "expected a number \(direction == .above ? "above" : "below") 1")
    }
    if limit == "below", value == 0 { report(limit, "expected a number above 0: nothing is below it") }
    let clear = Double(text.value("clear", percent) ?? 80) / 100
    return AlertCondition(
      direction, isUsual ? .usual(multiple: value, floor: floor ?? measure.standardFloor) : .value(value), clear: clear)
  }

  private static func text(_ rule: AlertRule) -> RecordText {
    let standard = AlertRule(name: "")
    var values = ["name": [rule.name]]
    func put(_ field: String, _ value: String, unless isStandard: Bool) { if !isStandard { values[field] = [value] } }
    put("filter", rule.filterText, unless: rule.filterText.isEmpty)
    put("measure", rule.measure.rawValue, unless: rule.measure == standard.measure)
    put("window", String(rule.window), unless: rule.window == standard.window)
    let direction = rule.condition.direction.rawValue
    switch rule.condition.basis {
    case .value(let value): put(direction, Quantity.text(amount: value), unless: false)
    case .usual(let multiple, let floor):
      put("\(direction)Usual", Quantity.text(amount: multiple), unless: false)
      put("floor", Quantity.text(amount: floor), unless: floor == rule.measure.standardFloor)
    }
    put("for", String(rule.timing.hold), unless: rule.timing.hold == 0)
    let clear = Int((rule.condition.clear * 100).rounded())
    put("clear", String(clear), unless: clear == 80)
    put("repeat", String(rule.timing.repeatInterval), unless: rule.timing.repeatInterval == 0)
    put("memory", String(rule.memory), unless: rule.memory == standard.memory)
    if let actions = rule.actions { values["actions"] = actions }
    put("log", "false", unless: rule.isLogged)
    return RecordText(values: values)
  }

  // MARK: Actions

  static let actions = RecordForm(
    fields: [
      .value("name", name, isRequired: true, "Unique among actions."),
      .value("webhook", .url, "Where messages are sent, by POST; this or program is required."),
      .value("header", header, "A header to send; default Authorization."),
      .value("headerFile", file, "The file with its value, which is a secret; without it, no header is sent."),
      .list("program", argument, "A program to run, with its arguments; no shell."),
    ],
    apply: { texts, directory, configuration in
      RecordForm.apply(texts, to: &configuration.live.alerts.actions) { action($0, directory, $1) }
    },
    texts: { $0.live.alerts.actions.map(text) })

  private static func action(
    _ text: RecordText, _ directory: String, _ report: (String?, String) -> Void
  ) -> AlertAction? {
    let kind: AlertAction.Kind
    switch (text.value("webhook", .url), text.values["program"]) {
    case (let webhook?, nil):
      let path = text.value("headerFile", file).map { $0.hasPrefix("/") ? $0 : directory + $0 }
      if path == nil, text.values["header"] != nil {
        report("header", "has no value; put it into a file and set headerFile")
      }
      kind = .webhook(url: webhook, header: text.value("header", header) ?? "Authorization", headerFile: path ?? "")
    case (nil, let program?):
      guard program.first?.hasPrefix("/") == true else {
        report("program", "expected an absolute path first, such as /usr/local/bin/notify")
        return nil
      }
      for field in ["header", "headerFile"] where text.values[field] != nil {
        report(field, "applies only to a webhook; remove it")
      }
      kind = .program(program)
    default:
      report(text.values["program"] == nil ? nil : "program", "expected either webhook or program")
      return nil
    }
    return AlertAction(name: text.value("name", name) ?? "", kind: kind)
  }

  private static func text(_ action: AlertAction) -> RecordText {
    switch action.kind {
    case .webhook(let url, let header, let headerFile):
      var values = ["name": [action.name], "webhook": [url]]
      if !headerFile.isEmpty {
        if header != "Authorization" { values["header"] = [header] }
        values["headerFile"] = [headerFile]
      }
      return RecordText(values: values)
    case .program(let words): return RecordText(values: ["name": [action.name], "program": words])
    }
  }
}
