import Foundation

/// Numbers for display: three or four digits and a unit of powers of 1000, as in nfdump.
enum HumanNumber {
  private static let units = ["", "k", "M", "G", "T", "P", "E"]

  static func text(_ value: Double) -> String {
    var value = value
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    if unit == 0 { return value == value.rounded() ? String(Int(value)) : String(format: "%.1f", value) }
    return String(format: value < 9.995 ? "%.2f %@" : value < 99.95 ? "%.1f %@" : "%.0f %@", value, units[unit])
  }
}
