/// The number of an element of IANA's registry "IPFIX Information Elements", under its registered name:
/// `InformationElementID.octetDeltaCount`. NetFlow v9 field types share these numbers.
///
/// The names are in InformationElementID+Registry.swift. They are computed and inlined, so that comparing and switching
/// over them compares integers. Unassigned numbers are valid values as well.
@frozen
public struct InformationElementID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable
  public static func == (a: Self, b: Self) -> Bool { a.rawValue == b.rawValue }

  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}
