import Glibc

/// The system's text for an errno value.
func errorText(_ errno: Int32) -> String {
  // Sound: glibc's strerror returns a string of this thread that lives until the thread's next call.
  unsafe String(cString: strerror(errno))
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
