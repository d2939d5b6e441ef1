import Glibc

/// Returns the index of an interface of this host; 0 if there is none with this name.
func interfaceNumber(_ name: String) -> UInt32 {
  // Sound: the string is zero-terminated and borrowed for the call.
  unsafe if_nametoindex(name)
}

/// Returns the name of an interface of this host; nil if there is none with this index.
func interfaceName(_ number: UInt32) -> String? {
  var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
  // Sound: the call writes a zero-terminated string of at most IF_NAMESIZE octets.
  return unsafe if_indextoname(number, &name).map { unsafe String(cString: $0) }
}

/// poll(2).
///
/// - Parameter timeout: Milliseconds; a negative number waits indefinitely.
/// - Returns: Number of ready descriptors, or a negative errno value.
func pollDescriptors(_ descriptors: inout [pollfd], timeout: Int32) -> Int32 {
  let count = nfds_t(descriptors.count)
  // Sound: the array's storage holds `count` descriptors for the duration of the call.
  let ready = unsafe poll(&descriptors, count, timeout)
  return ready >= 0 ? ready : -errno
}
