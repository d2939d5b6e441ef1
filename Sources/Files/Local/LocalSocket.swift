import CSystemCalls
import Glibc

/// A message between processes of this host, with its open files.
package struct LocalMessage: Sendable {
  package var octets: [UInt8]
  package var files: [SharedFile]

  package init(_ octets: [UInt8], _ files: [SharedFile] = []) {
    self.octets = octets
    self.files = files
  }
}

/// Listens for other processes of this host at a path. The process's user and group may connect.
package struct LocalListener: ~Copyable, Sendable {
  private let socket: OpenFile

  /// Listens at `path`, replacing any existing file.
  package init(_ path: String) throws(FileError) {
    let short = try ShortPath(path)
    // Sound: the string is zero-terminated and borrowed for the call.
    socket = try OpenFile.checked(unsafe sagflow_local_listen(short.path, 16), .listen, path)
  }

  /// Waits for the next connection; returns nil after `end`.
  package func accept() throws(FileError) -> LocalConnection? {
    let accepted = sagflow_local_accept(socket.borrowed)
    if accepted == -EINVAL { return nil }
    return LocalConnection(try OpenFile.checked(accepted, .listen, socket.path))
  }

  /// Makes `accept` return nil in any thread.
  package func end() { sagflow_local_end(socket.borrowed) }
}

/// A connection to another process of this host, for whole messages and open files.
package struct LocalConnection: ~Copyable, Sendable {
  private let socket: OpenFile
  /// Timeout of one call, milliseconds.
  private static let defaultTimeout: Int32 = 30_000
  /// Maximum length of a message, octets.
  private static let maximumLength = 1 << 16

  fileprivate init(_ socket: consuming OpenFile) { self.socket = socket }

  /// Connects to the listener at `path`.
  package init(to path: String) throws(FileError) {
    let short = try ShortPath(path)
    // Sound: the string is zero-terminated and borrowed for the call.
    socket = try OpenFile.checked(unsafe sagflow_local_connect(short.path), .connect, path)
  }

  /// Sends a message; its files are then open on both sides.
  ///
  /// - Throws: `FileError` of EAGAIN if the other side accepts nothing for half a minute.
  package func send(_ message: LocalMessage) throws(FileError) {
    let descriptors = message.files.map { $0.file.borrowed }
    // Sound: both arrays are borrowed for the call, with their lengths.
    let result = unsafe sagflow_local_send(
      socket.borrowed, message.octets, message.octets.count, descriptors, Int32(descriptors.count), Self.defaultTimeout)
    if result < 0 { throw FileError(.write, path: socket.path, code: -result) }
  }

  /// Receives the next message; returns nil if the other side has closed the connection.
  ///
  /// - Parameter timeout: milliseconds.
  /// - Throws: `FileError` of EAGAIN after the timeout.
  package func receive(timeout: Int32 = Self.defaultTimeout) throws(FileError) -> LocalMessage? {
    var octets = [UInt8](repeating: 0, count: Self.maximumLength)
    // Sound: the array is borrowed for the call, with its length.
    let received = unsafe sagflow_local_receive(socket.borrowed, &octets, octets.count, timeout)
    if received.length < 0 { throw FileError(.read, path: socket.path, code: Int32(-received.length)) }
    if received.length == 0 { return nil }
    octets.removeLast(octets.count - Int(received.length))
    let descriptors = [received.files.0, received.files.1, received.files.2, received.files.3]
    return LocalMessage(
      octets, descriptors.prefix(Int(received.count)).map { SharedFile(OpenFile(owning: $0, path: socket.path)) })
  }
}

/// A message to another process of this host, without a connection.
package enum LocalDatagram {
  /// Whether a service manager started this process and takes messages from it (sd_notify(3)).
  ///
  /// Sound: the string is zero-terminated, and the result only compared with nil.
  package static let hasServiceManager = unsafe getenv("NOTIFY_SOCKET") != nil

  /// Sends a message, with an open file if one is given.
  ///
  /// - Parameter name: the path at which the other process listens, or `@name` for an abstract socket (unix(7)).
  /// - Returns: 0, or the errno value; EINVAL if `name` is neither.
  package static func send(_ message: String, to name: String, with descriptor: Int32? = nil) -> Int32 {
    let octets = Array(message.utf8)
    // Sound: the string is zero-terminated and borrowed for the call, as is the array with its length.
    return unsafe -sagflow_local_notify(name, octets, octets.count, descriptor ?? -1)
  }
}

/// A short path to the same file for the lifetime of this value: socket paths are limited to 107 octets (unix(7)).
private struct ShortPath: ~Copyable {
  let path: String
  private let directory: OpenFile?

  init(_ path: String) throws(FileError) {
    guard path.utf8.count > 107, let slash = path.lastIndex(of: "/") else {
      self.path = path
      directory = nil
      return
    }
    let directory = try OpenFile(String(path[..<slash]), .directory, for: .openDirectory)
    self.path = "/proc/self/fd/\(directory.borrowed)\(path[slash...])"
    self.directory = consume directory
  }
}
