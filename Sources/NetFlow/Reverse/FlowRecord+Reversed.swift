import FlowModel
import NetworkBytes

extension FlowRecord {
  /// Flow in the other direction: source and destination swapped, without values of one direction only. Counts and rare
  /// fields are yet to be set.
  var reversed: FlowRecord {
    var reverse = self
    (reverse.source, reverse.destination) = (destination, source)
    (reverse.sourcePort, reverse.destinationPort) = (destinationPort, sourcePort)
    (reverse.ingressInterface, reverse.egressInterface) = (egressInterface, ingressInterface)
    (reverse.sourceVLAN, reverse.destinationVLAN) = (destinationVLAN, sourceVLAN)
    (reverse.sourceMAC, reverse.destinationMAC) = (destinationMAC, sourceMAC)
    (reverse.sourceAS, reverse.destinationAS) = (destinationAS, sourceAS)
    (reverse.sourceMask, reverse.destinationMask) = (destinationMask, sourceMask)
    reverse.nextHop = .unspecified
    reverse.direction = 0
    reverse.tcpFlags = 0
    reverse.extensionNumber = 0
    return reverse
  }
}

extension FlowExtension {
  /// Extension of the other direction; nil if nothing remains. Labels and their destinations apply to one direction,
  /// and `extra` remains with the record that was sent.
  var reversed: FlowExtension? {
    var reverse = FlowExtension()
    reverse.postNATSource = postNATDestination
    reverse.postNATDestination = postNATSource
    reverse.postNATSourcePort = postNATDestinationPort
    reverse.postNATDestinationPort = postNATSourcePort
    reverse.portBlockStart = portBlockStart
    reverse.portBlockEnd = portBlockEnd
    reverse.applicationEngine = applicationEngine
    reverse.applicationSelector = applicationSelector
    return reverse == FlowExtension() ? nil : reverse
  }
}
