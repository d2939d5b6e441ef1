import CollectorFuzzTargets
import Foundation
import FuzzDriver
import FuzzTargets

@main
struct CollectorFuzzer {
  static func main() { exit(FuzzDriver.run(FuzzTarget.ofCollector)) }
}
