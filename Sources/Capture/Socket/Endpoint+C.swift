import CSystemCalls
import NetworkBytes

extension Endpoint {
  @inline(__always)
  init(_ c: sagflow_endpoint) {
    self.init(address: IPAddress(high: c.high, low: c.low), port: c.port)
  }

  @inline(__always)
  var c: sagflow_endpoint { sagflow_endpoint(high: address.high, low: address.low, port: port) }
}
