/// A hand-built export message, valid or malformed.
///
///     ipfix(domain: 7) {
///       template(256, f(8, 4), f(12, 4))
///       data(256, ip("10.0.0.1"), ip("10.0.0.2"))
///     }
public struct Message: Sendable {
  public var version: UInt16
  public var domain: UInt32
  public var sequence: UInt32
  /// Seconds since 1970 UTC.
  public var time: UInt32
  public var octets: Octets

  /// Returns the message truncated to `count` octets.
  public func cut(to count: Int) -> Message {
    var message = self
    message.octets = Octets(octets.prefix(count))
    return message
  }
}

/// 2025-06-15 15:06:40 UTC, the default export time.
public let sampleTime: UInt32 = 1_750_000_000

/// A part of a message after its header.
public enum Piece: Sendable {
  /// A template or options template set; their set ids differ between v9 and IPFIX.
  case templates(Octets, options: Bool)
  case set(UInt16, Octets, length: UInt16?)
  case raw(Octets)

  func octets(_ version: UInt16) -> Octets {
    switch self {
    case .raw(let octets): octets
    case .set(let identifier, let body, let length): u16(identifier, length ?? UInt16(4 + body.count)) + body
    case .templates(let body, let options):
      u16((version == 10 ? 2 : 0) + (options ? 1 : 0), UInt16(4 + body.count)) + body
    }
  }
}

@resultBuilder
public enum MessageBuilder {
  @inline(never)
  public static func buildBlock(_ pieces: [Piece]...) -> [Piece] { pieces.flatMap { $0 } }
  @inline(never)
  public static func buildArray(_ pieces: [[Piece]]) -> [Piece] { pieces.flatMap { $0 } }
  @inline(never)
  public static func buildExpression(_ piece: Piece) -> [Piece] { [piece] }
}

/// Returns a NetFlow v9 message (RFC 3954 §5.1).
///
/// - Parameter count: count in the header; by default the number of pieces.
@inline(never)
public func v9(
  domain: UInt32 = 1, sequence: UInt32 = 0, uptime: UInt32 = 3_600_000, time: UInt32 = sampleTime,
  count: UInt16? = nil, @MessageBuilder _ pieces: () -> [Piece]
) -> Message {
  let pieces = pieces()
  let header = u16(9, count ?? UInt16(pieces.count)) + u32(uptime, time, sequence, domain)
  return Message(
    version: 9, domain: domain, sequence: sequence, time: time, octets: header + pieces.flatMap { $0.octets(9) })
}

/// Returns an IPFIX message (RFC 7011 §3.1).
///
/// - Parameter length: length in the header; by default the actual length.
@inline(never)
public func ipfix(
  domain: UInt32 = 1, sequence: UInt32 = 0, time: UInt32 = sampleTime, length: UInt16? = nil,
  @MessageBuilder _ pieces: () -> [Piece]
) -> Message {
  let body = pieces().flatMap { $0.octets(10) }
  let header = u16(10, length ?? UInt16(16 + body.count)) + u32(time, sequence, domain)
  return Message(version: 10, domain: domain, sequence: sequence, time: time, octets: header + body)
}

/// Returns a NetFlow v5 message with records of 48 octets.
///
/// - Parameters:
///   - count: count in the header; by default the number of records.
///   - engine: engine_type * 256 + engine_id.
///   - sampling: the header's last two octets.
@inline(never)
public func v5(
  _ records: Octets..., engine: UInt16 = 0, sequence: UInt32 = 0, uptime: UInt32 = 3_600_000,
  time: UInt32 = sampleTime, nanoseconds: UInt32 = 0, sampling: UInt16 = 0, count: UInt16? = nil
) -> Message {
  let header =
    u16(5, count ?? UInt16(records.count)) + u32(uptime, time, nanoseconds, sequence) + u16(engine, sampling)
  return Message(
    version: 5, domain: UInt32(engine), sequence: sequence, time: time, octets: header + records.flatMap { $0 })
}

/// Returns a template field: element and length.
@inline(never)
public func f(_ element: UInt16, _ length: UInt16) -> Octets { u16(element, length) }

/// Returns an enterprise-specific template field (RFC 7011 §3.2).
@inline(never)
public func pen(_ enterprise: UInt32, _ element: UInt16, _ length: UInt16) -> Octets {
  u16(element | 0x8000, length) + u32(enterprise)
}

/// The length that means "variable" (RFC 7011 §7).
public let variable: UInt16 = 65_535

/// Returns a template record as in a template set.
///
/// - Parameter count: its field count; by default the number of fields.
@inline(never)
public func definition(_ identifier: UInt16, _ fields: Octets..., count: UInt16? = nil) -> Octets {
  u16(identifier, count ?? UInt16(fields.count)) + fields.flatMap { $0 }
}

/// Returns an IPFIX options template record; the first `scopes` fields are scope fields.
@inline(never)
public func definition(
  _ identifier: UInt16, scopes: UInt16, _ fields: Octets..., count: UInt16? = nil
) -> Octets {
  u16(identifier, count ?? UInt16(fields.count), scopes) + fields.flatMap { $0 }
}

/// Returns a v9 options template record; its lengths are in octets of field definitions.
@inline(never)
public func definition(
  _ identifier: UInt16, scope: Octets, _ fields: Octets..., scopeLength: UInt16? = nil, optionLength: UInt16? = nil
) -> Octets {
  let options = fields.flatMap { $0 }
  return u16(identifier, scopeLength ?? UInt16(scope.count), optionLength ?? UInt16(options.count)) + scope + options
}

/// Returns a template set of these templates.
@inline(never)
public func templates(_ definitions: Octets...) -> Piece { .templates(definitions.flatMap { $0 }, options: false) }

/// Returns an options template set of these templates.
@inline(never)
public func optionsTemplates(_ definitions: Octets...) -> Piece {
  .templates(definitions.flatMap { $0 }, options: true)
}

/// Returns a template set of one template.
@inline(never)
public func template(_ identifier: UInt16, _ fields: Octets...) -> Piece {
  .templates(u16(identifier, UInt16(fields.count)) + fields.flatMap { $0 }, options: false)
}

/// Returns a data set, or any other set by its id.
///
/// - Parameter length: length in the set header; by default the actual length.
@inline(never)
public func data(_ identifier: UInt16, _ values: Octets..., length: UInt16? = nil) -> Piece {
  .set(identifier, values.flatMap { $0 }, length: length)
}

@inline(never)
public func raw(_ octets: Octets...) -> Piece { .raw(octets.flatMap { $0 }) }

/// Returns a variable-length value with a one-octet length, or a three-octet length from 255 octets or if `long`.
@inline(never)
public func v(_ value: Octets, long: Bool = false) -> Octets {
  (long || value.count > 254 ? u8(255) + u16(UInt16(value.count)) : u8(UInt8(value.count))) + value
}
