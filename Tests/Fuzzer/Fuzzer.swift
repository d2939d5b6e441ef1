import Foundation
import FuzzDriver
import FuzzTargets

@main
struct Fuzzer {
  static func main() { exit(FuzzDriver.run(FuzzTarget.all)) }
}
