import Glibc

/// The number of an interface of this host; 0: there is none of this name.
func interfaceNumber(_ name: String) -> UInt32 {
  // Sound: the string is lent, zero-terminated, for the call.
  unsafe if_nametoindex(name)
}

/// The name of an interface of this host; nil: there is none of this number.
func interfaceName(_ number: UInt32) -> String? {
  var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
  // Sound: the call writes a terminated string of at most IF_NAMESIZE octets.
  return unsafe if_indextoname(number, &name).map { unsafe String(cString: $0) }
}

/// poll(2).
///
/// - Parameter timeout: Milliseconds; negative waits without end.
/// - Returns: How many descriptors have something to tell, or a negative errno value.
func pollDescriptors(_ descriptors: inout [pollfd], timeout: Int32) -> Int32 {
  let count = nfds_t(descriptors.count)
  // Sound: the array's storage holds `count` descriptors for the length of the call.
  let ready = unsafe poll(&descriptors, count, timeout)
  return ready >= 0 ? ready : -errno
}
