import Foundation
import TestSupport
import Testing

/// Tests `scripts/release` in a repository with a substitute for `make deb`.
@Suite("Releases", .tags(.engine), .unlessFast, .enabled(if: Tool.isInstalled("git", "dpkg"), "git or dpkg is missing"))
struct ReleaseTests {
  private struct Repository {
    let folder: TemporaryFolder

    init(version: String = "1.2.3", changelog: String = "# Changelog\n\n## 1.2.3 - 2026-12-01\n\n- Something new.\n")
      async throws
    {
      folder = try TemporaryFolder()
      try FileManager.default.createDirectory(atPath: folder.file("scripts"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: PackageFiles.path("scripts/release"), toPath: folder.file("scripts/release"))
      try write("scripts/components", "#!/bin/sh\necho \"{}\"\n", isProgram: true)
      try write("VERSION", "\(version)\n")
      try write("CHANGELOG.md", changelog)
      try write(".gitignore", ".build/\nPackage.resolved\n")
      for name in ["Package.swift", "Package.resolved", "LICENSE"] { try write(name, "\(name)\n") }
      // The package reports the commit it was built from, as the program does.
      try write(
        "Makefile",
        """
        deb:
        \t@mkdir -p .build/static/release .build/deb
        \t@printf '#!/bin/sh\\necho "1.2.3 (%s)"\\n' "$$(git rev-parse --short=12 HEAD)" >.build/static/release/sagflow
        \t@chmod +x .build/static/release/sagflow
        \t@echo package >".build/deb/sagflow_1.2.3-1_$$(dpkg --print-architecture).deb"

        """)
      for command in ["init --quiet", "add --all", "commit --quiet --message all"] {
        let outcome = try await git(command)
        try #require(outcome.status == 0, "\(outcome.errors)")
      }
    }

    func write(_ name: String, _ text: String, isProgram: Bool = false) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file(name)))
      if isProgram {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file(name))
      }
    }

    private static let environment = [
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a",
      "GIT_AUTHOR_EMAIL": "a@example.net", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.net",
    ]

    func git(_ command: String) async throws -> Outcome {
      try await #require(Tool("git")).outcome(
        command.split(separator: " ").map(String.init), environment: Self.environment, directory: folder.path)
    }

    func release(_ arguments: String...) async throws -> Outcome {
      try await #require(Tool("/bin/bash")).outcome(
        [folder.file("scripts/release")] + arguments, environment: Self.environment, directory: folder.path)
    }

    func tagNames() async throws -> String { try await git("tag --list").output }
  }

  @Test("a dry run makes everything but the tag, and a release the tag as well")
  func release() async throws {
    let repository = try await Repository()
    let tried = try await repository.release("--dry-run", "1.2.3")
    #expect(tried.status == 0, "\(tried.output)\(tried.errors)")
    #expect(try await repository.tagNames() == "")
    let outcome = try await repository.release("1.2.3")
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(try await repository.tagNames() == "v1.2.3\n")
    #expect(try await repository.git("tag --list -n9 v1.2.3").output.contains("Something new"))
    let files = try FileManager.default.contentsOfDirectory(atPath: repository.folder.file(".build/dist")).sorted()
    #expect(files.count == 4 && files.contains("SHA256SUMS") && files.contains("sagflow-1.2.3.tar.gz"), "\(files)")
    let archive = repository.folder.file(".build/dist/sagflow-1.2.3.tar.gz")
    let listed = try await #require(Tool("tar")).run(["--list", "--file", archive])
    #expect(listed.contains("sagflow-1.2.3/Package.resolved") && !listed.contains(".build"), "\(listed)")
    let again = try await repository.release("1.2.3")
    #expect(again.errors.contains("there is a tag v1.2.3 already"))
  }

  @Test("what is not ready is refused before anything is built")
  func refusals() async throws {
    func expect(_ words: String, _ repository: Repository, _ status: Int32 = 65, _ version: String = "1.2.3")
      async throws
    {
      let outcome = try await repository.release(version)
      #expect(outcome.status == status, "\(outcome.output)\(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: repository.folder.file(".build")))
      #expect(try await repository.tagNames() == "")
    }
    try await expect("the file VERSION has 1.2.3, not 1.2.4", Repository(), 65, "1.2.4")
    try await expect("usage:", Repository(), 64, "v1.2.3")
    try await expect("## 1.2.3 - unreleased", Repository(changelog: "## 1.2.3 - unreleased\n\n- New.\n"))
    try await expect(
      "nothing of version", Repository(changelog: "## 1.2.3 - 2026-12-01\n\n## 1.2.2 - 2026-11-01\n\n- Old.\n"))
    let dirty = try await Repository()
    try dirty.write("LICENSE", "changed\n")
    try await expect("the tree has changes", dirty)
  }
}
