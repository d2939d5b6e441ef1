package import NetworkBytes

extension CollectorConfiguration.Relay {
  /// Returns a target that the collector itself listens on, so that it would receive what it sends.
  ///
  /// - Parameter isOwn: returns whether an address belongs to this host.
  package func loop(
    to listening: [Endpoint], isOwn: (IPAddress) -> Bool
  ) -> (target: Endpoint, listening: Endpoint)? {
    for target in targets {
      for endpoint in listening where endpoint.port == target.port {
        // [::] may receive IPv4, too.
        let isAny = endpoint.address == .unspecified || endpoint.address == IPAddress(v4: 0) && target.address.isV4
        if endpoint.address == target.address || isAny && isOwn(target.address) { return (target, endpoint) }
      }
    }
    return nil
  }
}
