import Foundation

extension Error {
  /// The system's text for the error, including Foundation's errors: "No space left on device".
  public var systemReason: String {
    if let error = self as? FileError { return error.description }
    if let code = errnoOfFoundation { return errorText(code) }
    let error = self as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    return cause.localizedFailureReason ?? cause.localizedDescription
  }

  /// The `errno` value of the error; EIO if it has none.
  public var systemCode: Int32 { (self as? FileError)?.code ?? errnoOfFoundation ?? EIO }

  private var errnoOfFoundation: Int32? {
    let error = self as NSError
    switch error.userInfo[NSUnderlyingErrorKey] {
    case let posix as POSIXError: return posix.code.rawValue
    case let cause as NSError where cause.domain == NSPOSIXErrorDomain: return Int32(cause.code)
    default: return error.domain == NSPOSIXErrorDomain ? Int32(error.code) : nil
    }
  }
}
