import FlowModel

/// Single fact stated by options data.
enum Statement: Sendable, Equatable {
  case rate(UInt32, SamplingRates.Scope)
  case name(String, ExporterNames.Kind, UInt64)
  /// Start of the exporter, milliseconds since 1970 UTC (systemInitTimeMilliseconds).
  case start(Int64)

  /// Subject of a statement.
  enum Subject: Hashable {
    case rate(SamplingRates.Scope)
    case name(ExporterNames.Kind, UInt64)
    case start
  }

  var subject: Subject {
    switch self {
    case .rate(_, let scope): .rate(scope)
    case .name(_, let kind, let number): .name(kind, number)
    case .start: .start
    }
  }

  var isName: Bool { if case .name = self { true } else { false } }
}

/// Statements of options data, one per subject.
struct Statements: Sendable {
  var rates = SamplingRates()
  var names = ExporterNames()
  var systemInit: Int64?

  subscript(subject: Statement.Subject) -> Statement? {
    switch subject {
    case .rate(let scope): rates[scope].map { .rate($0, scope) }
    case .name(let kind, let number): names[kind, number].map { .name($0, kind, number) }
    case .start: systemInit.map { .start($0) }
    }
  }

  /// Stores a statement; a rate only if there is room.
  mutating func set(_ statement: Statement) {
    switch statement {
    case .rate(let rate, let scope): rates.set(rate, for: scope)
    case .name(let name, let kind, let number): names.set(name, kind, number)
    case .start(let start): systemInit = start
    }
  }

  mutating func remove(_ subject: Statement.Subject) {
    switch subject {
    case .rate(let scope): rates.remove(scope)
    case .name(let kind, let number): names.remove(kind, number)
    case .start: systemInit = nil
    }
  }
}
