import Foundation
import TestSupport
import Testing

/// Tests `scripts/build-commit` in folders with and without a repository.
@Suite(
  "The commit that a build is of", .tags(.engine), .unlessFast, .enabled(if: Tool.isInstalled("git"), "git is missing"))
struct BuildCommitTests {
  private static let environment = [
    "PATH": "/usr/bin:/bin", "LC_ALL": "C", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.net", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.net",
  ]

  private static func git(_ command: String, in folder: String) async throws {
    let outcome = try await #require(Tool("git")).outcome(
      command.split(separator: " ").map(String.init), environment: environment, directory: folder)
    try #require(outcome.status == 0, "\(command): \(outcome.errors)")
  }

  /// Creates the parts of the sources that the script examines.
  private static func makeSources(in folder: String) throws {
    let files = FileManager.default
    for name in ["scripts", "Sources/CBuildVersion"] {
      try files.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    try files.copyItem(atPath: PackageFiles.path("scripts/build-commit"), toPath: "\(folder)/scripts/build-commit")
    for name in ["Package.swift", "VERSION", "README.md", "Sources/CBuildVersion/CBuildVersion.c"] {
      try Data("\(name)\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    try Data(".build/\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/.gitignore"))
  }

  /// Returns the commit recorded by the script; nil if none.
  private static func noted(in folder: String) async throws -> String? {
    let outcome = try await #require(Tool("/bin/bash")).outcome(
      ["\(folder)/scripts/build-commit"], environment: environment, directory: folder)
    try #require(outcome == Outcome(status: 0, output: "", errors: ""))
    return try? String(contentsOfFile: "\(folder)/.build/commit", encoding: .utf8)
  }

  @Test("it is noted, with a mark if sources differ from it, and the tree stays clean")
  func repository() async throws {
    let folder = try TemporaryFolder()
    try Self.makeSources(in: folder.path)
    for command in ["init --quiet", "add --all", "commit --quiet --message all"] {
      try await Self.git(command, in: folder.path)
    }
    let commit = try #require(try await Self.noted(in: folder.path))
    #expect(commit.wholeMatch(of: /[0-9a-f]{12}\n/) != nil, "\(commit)")
    try await Self.git("diff --exit-code", in: folder.path)

    try Data("changed\n".utf8).write(to: URL(fileURLWithPath: folder.file("README.md")))
    #expect(try await Self.noted(in: folder.path) == commit)
    try Data("changed\n".utf8).write(to: URL(fileURLWithPath: folder.file("VERSION")))
    #expect(try await Self.noted(in: folder.path) == "\(commit.dropLast()), modified\n")
    try await Self.git("commit --quiet --all --message more", in: folder.path)
    let next = try #require(try await Self.noted(in: folder.path))
    #expect(next != commit && next.count == 13)
  }

  @Test("sources outside of a repository have none, also within that of something else")
  func archive() async throws {
    let folder = try TemporaryFolder()
    try Self.makeSources(in: folder.path)
    #expect(try await Self.noted(in: folder.path) == nil)

    try Self.makeSources(in: folder.file("inner"))
    for command in ["init --quiet", "add --all", "commit --quiet --message all"] {
      try await Self.git(command, in: folder.path)
    }
    #expect(try await Self.noted(in: folder.file("inner")) == nil)
    // The recorded commit is no longer valid.
    #expect(try await Self.noted(in: folder.path) != nil)
    try FileManager.default.removeItem(atPath: folder.file(".git"))
    #expect(try await Self.noted(in: folder.path) == nil)
  }
}
