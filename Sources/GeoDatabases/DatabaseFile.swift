import CMaxMindDB
import Files

/// An open database. All calls of libmaxminddb are in this file.
///
/// The library maps the file that it opens. It is given a copy in memory, which cannot be truncated under the mapping.
///
/// Sound: the library's structure stays where it was allocated until it is closed, and entries refer to it; the strings
/// it returns are in the mapping and are copied before the call returns.
@safe
struct DatabaseFile: ~Copyable {
  private let database: UnsafeMutablePointer<MMDB_s>
  let path: String

  static let maximumOctets: Int64 = 1 << 30
  private static let chunkSize = 1 << 20

  private init(_ database: UnsafeMutablePointer<MMDB_s>, _ path: String) {
    unsafe self.database = database
    self.path = path
  }

  static func open(_ path: String) throws(GeoError) -> DatabaseFile {
    let copy = try copy(path)
    let database = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
    let result = unsafe MMDB_open("/proc/self/fd/\(copy.borrowed)", UInt32(MMDB_MODE_MMAP), database)
    if result != MMDB_SUCCESS {
      unsafe database.deallocate()
      throw GeoError(path, .broken(text(result)))
    }
    return unsafe DatabaseFile(database, path)
  }

  deinit {
    unsafe MMDB_close(database)
    unsafe database.deallocate()
  }

  private static func text(_ code: Int32) -> String {
    guard let text = unsafe MMDB_strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }

  /// Copies the file into memory.
  private static func copy(_ path: String) throws(GeoError) -> OpenFile {
    do throws(WholeFileFault) {
      var file = try WholeFile.open(path, atMost: maximumOctets)
      let copy = try write { () throws(FileError) in try MemoryFile.create() }
      try file.forEachPart(of: chunkSize) { part throws(WholeFileFault) in
        try write { () throws(FileError) in try copy.write(part.span) }
      }
      return copy
    } catch {
      throw GeoError(path, .unread(error))
    }
  }

  private static func write<Value: ~Copyable>(
    _ call: () throws(FileError) -> Value
  ) throws(WholeFileFault) -> Value {
    do throws(FileError) { return try call() } catch { throw .file(error) }
  }
}

// MARK: Metadata

extension DatabaseFile {
  var type: String { unsafe String(cString: database.pointee.metadata.database_type) }
  /// Build time, seconds since 1970 UTC.
  var built: UInt64 { unsafe database.pointee.metadata.build_epoch }
  var nodeCount: UInt32 { unsafe database.pointee.metadata.node_count }
  /// 4 if the database has no IPv6 networks.
  var version: UInt16 { unsafe database.pointee.metadata.ip_version }
}

// MARK: Tree

/// The child under one bit of a node.
enum DatabaseRecord {
  case node(UInt32)
  case data(UInt32)
  case nothing
}

extension DatabaseFile {
  /// Returns the children for bit 0 and bit 1 of a node.
  func records(of node: UInt32) throws(GeoError) -> (DatabaseRecord, DatabaseRecord) {
    var found = unsafe MMDB_search_node_s()
    let result = unsafe MMDB_read_node(database, node, &found)
    if result != MMDB_SUCCESS { throw GeoError(path, .broken(Self.text(result))) }
    return unsafe (
      try record(found.left_record, found.left_record_type, found.left_record_entry.offset),
      try record(found.right_record, found.right_record_type, found.right_record_entry.offset)
    )
  }

  private func record(_ number: UInt64, _ type: UInt8, _ offset: UInt32) throws(GeoError) -> DatabaseRecord {
    switch Int32(type) {
    case MMDB_RECORD_TYPE_SEARCH_NODE: .node(UInt32(truncatingIfNeeded: number))
    case MMDB_RECORD_TYPE_DATA: .data(offset)
    case MMDB_RECORD_TYPE_EMPTY: .nothing
    default: throw GeoError(path, .broken(Self.text(MMDB_CORRUPT_SEARCH_TREE_ERROR)))
    }
  }
}

// MARK: Data

/// A place where an entry may have a value: a key, or a key within a map.
struct DatabaseKey {
  var first: StaticString
  var second: StaticString?

  init(_ first: StaticString, _ second: StaticString? = nil) {
    self.first = first
    self.second = second
  }
}

/// The value of an entry under a path of keys.
enum DatabaseValue: Equatable {
  case number(UInt64)
  case text([UInt8])
}

extension DatabaseFile {
  /// Returns the value under the first of `keys` that the entry has; nil if it has none.
  func value(_ offset: UInt32, _ keys: [DatabaseKey]) throws(GeoError) -> DatabaseValue? {
    for key in keys {
      if let value = try value(offset, key) { return value }
    }
    return nil
  }

  private func value(_ offset: UInt32, _ key: DatabaseKey) throws(GeoError) -> DatabaseValue? {
    var entry = unsafe MMDB_entry_s(mmdb: database, offset: offset)
    var data = unsafe MMDB_entry_data_s()
    let keys = unsafe [
      UnsafeRawPointer(key.first.utf8Start).assumingMemoryBound(to: CChar.self),
      key.second.map { unsafe UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self) }, nil,
    ]
    let result = unsafe keys.withUnsafeBufferPointer { unsafe MMDB_aget_value(&entry, &data, $0.baseAddress) }
    switch result {
    case MMDB_SUCCESS: break
    case MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR, MMDB_INVALID_LOOKUP_PATH_ERROR: return nil
    default: throw GeoError(path, .broken(Self.text(result)))
    }
    guard unsafe data.has_data else { return nil }
    switch unsafe Int32(data.type) {
    case MMDB_DATA_TYPE_UINT16: return .number(UInt64(unsafe data.uint16))
    case MMDB_DATA_TYPE_UINT32: return .number(UInt64(unsafe data.uint32))
    case MMDB_DATA_TYPE_UINT64: return .number(unsafe data.uint64)
    case MMDB_DATA_TYPE_UTF8_STRING:
      let octets = unsafe UnsafeRawBufferPointer(start: data.utf8_string, count: Int(data.data_size))
      return .text(unsafe Array(octets))
    default: return nil
    }
  }
}
