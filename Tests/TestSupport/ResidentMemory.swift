import Foundation

/// Memory of this process that is resident, octets.
public func residentOctets() throws -> Int {
  let figures = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
  guard figures.count > 1, let pages = Int(figures[1]) else { throw CocoaError(.fileReadCorruptFile) }
  return pages * Int(getpagesize())
}
