import Alerts
import FlowFilter

/// The lists of `alerts`: rules, and what is done about them.
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
      .value("filter", .filter, keepsLines: true, "Which flows, in the filter language; nothing: all."),
      .value("measure", measure, "What is measured of them; bitsPerSecond if it is left out."),
      .value("window", window, "What it is measured over; 5m if it is left out."),
      .value("above", amount, "It fires above this value; or one of the next three."),
      .value("below", amount, "It fires below this value."),
      .value("aboveUsual", multiple, "It fires above so many times the usual value."),
      .value("belowUsual", multiple, "It fires below so many times the usual value."),
      .value("floor", amount, "Of multiples of the usual value: smaller values do not matter."),
      .value("for", hold, "So long it must be over the limit, and well back again; 0 if it is left out."),
      .value("clear", percent, "Percent of the limit at which it is well back; 80 if it is left out."),
      .value("repeat", repetition, "A message again after so long; 0, for none, if it is left out."),
      .value("memory", memory, "Of newSources: how long a source is known; 24h if it is left out."),
      .list("actions", name, "Names of actions; all of them if it is left out."),
      .value("log", .flag, "Whether changes are logged; true if it is left out."),
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
      if rule.measure != .newSources { report("memory", "is of measure: newSources; remove it") }
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
    if floor != nil, !isUsual { report("floor", "is of aboveUsual and belowUsual; remove it") }
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
      .value("webhook", .url, "Where a message is sent to, by POST; or program."),
      .value("header", header, "A header that is sent along; Authorization if it is left out."),
      .value("headerFile", file, "The file with its value, which is a secret; nothing is sent along without it."),
      .list("program", argument, "A program that is run, with its arguments; no shell."),
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
        report("header", "has no value; put it into a file and name that as headerFile")
      }
      kind = .webhook(url: webhook, header: text.value("header", header) ?? "Authorization", headerFile: path ?? "")
    case (nil, let program?):
      guard program.first?.hasPrefix("/") == true else {
        report("program", "expected an absolute path first, such as /usr/local/bin/notify")
        return nil
      }
      for field in ["header", "headerFile"] where text.values[field] != nil {
        report(field, "is of a webhook; remove it")
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
