import Files
import Foundation
import Testing

@Suite("Errors of files")
struct FileErrorTests {
  @Test(
    "An error says what, where, why, and what to do where there is something",
    arguments: [
      (
        FileError(.write, path: "/x", code: ENOSPC),
        "cannot write /x: No space left on device (errno 28); free space on its file system"
      ),
      (
        FileError(.createDirectory, path: "/x/y", code: EACCES),
        "cannot create directory /x/y: Permission denied (errno 13); check the directory's owner and mount options"
      ),
      (
        FileError(.renameTo, path: "/x", code: ENOENT),
        "cannot rename to /x: No such file or directory (errno 2); check that the directory is there"
      ),
      (
        FileError(.create, path: "/x", code: EEXIST),
        "cannot create /x: File exists (errno 17); choose another name or remove the file"
      ),
      (
        FileError(.write, path: "/x", code: EFBIG),
        "cannot write /x: File too large (errno 27); raise the file size limit or rotate files sooner"
      ),
      (FileError(.lookAt, path: "/x", code: ELOOP), "cannot look at /x: Too many levels of symbolic links (errno 40)"),
    ])
  func description(_ error: FileError, _ text: String) {
    #expect(error.description == text)
  }

  @Test("A service is advised to bind a directory that its unit hides", arguments: [ENOENT, ENOTDIR, EROFS])
  func service(_ code: Int32) {
    let binding = "and is in BindPaths= of the service's unit (systemctl edit sagflow)"
    #expect(FileError.advice(code, isService: true).hasSuffix(binding))
    #expect(!FileError.advice(code, isService: false).contains("BindPaths"))
    #expect(FileError.advice(ENOSPC, isService: true) == "; free space on its file system")
  }

  @Test("Kinds of errors are told apart by errno")
  func kinds() {
    func error(_ code: Int32) -> FileError { FileError(.open, path: "", code: code) }
    for code in [EACCES, EPERM, EROFS] { #expect(error(code).isForbidden) }
    #expect(!error(ENOENT).isForbidden)
    #expect(error(ENOENT).isMissing)
    #expect(!error(ENOTDIR).isMissing)
    #expect(error(EEXIST).isExisting)
  }

  @Test("An errno value that the system does not know has a text, too")
  func unknown() {
    #expect(errorText(EINTR) == "Interrupted system call")
    #expect(errorText(99_999).contains("99999"))
  }
}
