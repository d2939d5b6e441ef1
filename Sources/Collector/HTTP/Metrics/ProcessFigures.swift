import Foundation

/// Figures about this process from the kernel (proc(5)).
struct ProcessFigures {
  var cpuSeconds: Double = 0
  var residentOctets: UInt64 = 0
  var openFiles = 0

  init() {
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    // After the program's name, which may contain spaces and ends with the last parenthesis.
    let stat = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    if fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]), ticks > 0 {
      cpuSeconds = (user + system) / ticks
    }
    let statm = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = statm.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
    residentOctets = pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    openFiles = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }
}
