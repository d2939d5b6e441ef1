import CFuzzer
import Foundation
package import FuzzTargets
import Synchronization

/// Runs libFuzzer on a target.
package enum FuzzDriver {
  private static let chosen = Mutex<FuzzTarget?>(nil)

  /// `PROGRAM TARGET CORPUS SEEDS [libFuzzer's options]` writes the target's seeds into the folder SEEDS and starts
  /// fuzzing; `PROGRAM TARGET FILE…` runs inputs; `PROGRAM` alone lists the targets.
  package static func run(_ targets: [FuzzTarget]) -> Int32 {
    let arguments = CommandLine.arguments
    guard arguments.count > 2, let target = targets.first(where: { $0.name == arguments[1] }) else {
      print("expected a target and folders for its corpus and its seeds, or a target and inputs; targets:")
      for target in targets { print(target.name) }
      return 64
    }
    chosen.withLock { $0 = target }
    let isSearch = (try? FileManager.default.contentsOfDirectory(atPath: arguments[2])) != nil && arguments.count > 3
    guard isSearch else {
      return drive([arguments[0]] + arguments.dropFirst(2))
    }
    do {
      try write(target.seeds(), to: arguments[3])
    } catch {
      print("cannot write seeds into \(arguments[3]): \(error)")
      return 1
    }
    return drive([arguments[0], "-max_len=\(target.longest)"] + arguments.dropFirst(4) + arguments[2...3])
  }

  private static func write(_ seeds: [[UInt8]], to folder: String) throws {
    for (number, seed) in seeds.enumerated() {
      try Data(seed).write(to: URL(fileURLWithPath: "\(folder)/seed-\(number)"))
    }
  }

  /// Sound: libFuzzer keeps the arguments while it runs, and they are never freed; inputs have the given number of
  /// octets.
  private static func drive(_ arguments: [String]) -> Int32 {
    var count = Int32(arguments.count)
    let vector = unsafe UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
    for (index, argument) in arguments.enumerated() { unsafe vector[index] = strdup(argument) }
    unsafe vector[arguments.count] = nil
    var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe vector
    return unsafe LLVMFuzzerRunDriver(&count, &pointer) { data, size in
      FuzzDriver.take(unsafe [UInt8](UnsafeBufferPointer(start: data, count: size)))
      return 0
    }
  }

  private static func take(_ octets: [UInt8]) {
    guard let target = chosen.withLock({ $0 }) else { return }
    do throws(FuzzViolation) {
      try target.run(octets)
    } catch {
      fatalError("\(target.name): \(error)")
    }
  }
}
