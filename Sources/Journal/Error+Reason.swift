import FlowStore
import Foundation

extension Error {
  /// Why an operation of Foundation's failed, as the system says it: "No space left on device".
  public var systemReason: String {
    if let error = self as? StoreError { return error.description }
    let error = self as NSError
    let cause =
      switch error.userInfo[NSUnderlyingErrorKey] {
      case let posix as POSIXError: NSError(domain: NSPOSIXErrorDomain, code: Int(posix.code.rawValue))
      case let cause as NSError: cause
      default: error
      }
    return cause.localizedFailureReason ?? cause.localizedDescription
  }
  /// The `errno` value behind an operation of Foundation's that failed; EIO if it does not say.
  public var systemCode: Int32 {
    if let code = (self as? StoreError)?.code { return code }
    let error = self as NSError
    switch error.userInfo[NSUnderlyingErrorKey] {
    case let posix as POSIXError: return posix.code.rawValue
    case let cause as NSError where cause.domain == NSPOSIXErrorDomain: return Int32(cause.code)
    default: return error.domain == NSPOSIXErrorDomain ? Int32(error.code) : EIO
    }
  }
}
