import ArgumentParser
import ClickHouse
import Foundation
import Settings
import Shipping

/// `sagflow output clickhouse`: the tables of a ClickHouse output.
struct ClickHouseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clickhouse",
    abstract: "Prints and checks the tables of a ClickHouse output.",
    subcommands: [Schema.self, Check.self])

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "schema", abstract: "Prints the SQL that creates tables and rollups; pipe it to clickhouse-client.",
      discussion: "Existing tables are not changed; `check` prints statements to change them.")

    @OptionGroup var place: ClickHousePlace
    @OptionGroup var tables: ClickHouseTables

    @Option(help: ArgumentHelp("Days to keep flows; 0: forever.", valueName: "n"))
    var days = 30

    @Option(help: ArgumentHelp("Days to keep rollups; 0: forever.", valueName: "n"))
    var rollupDays = 365

    func validate() throws {
      for (name, days) in [("--days", days), ("--rollup-days", rollupDays)]
      where !(0...ClickHouseSchema.longestDays).contains(days) {
        throw ValidationError("\(name) \(days): expected 0 to \(ClickHouseSchema.longestDays)")
      }
    }

    func run() throws {
      var schema = tables.schema(try place.options())
      (schema.days, schema.rollupDays) = (days, rollupDays)
      print(schema.text, terminator: "")
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Compares the tables of each server with what files need, and prints SQL to fix differences.",
      discussion: """
        Exit status 0: all equal; 1: something differs; 69: a server did not answer. Retention, compression and added \
        columns are not compared.
        """)

    @OptionGroup var place: ClickHousePlace
    @OptionGroup var tables: ClickHouseTables

    func run() async throws {
      let options = try place.options()
      guard !options.urls.isEmpty else { throw CommandFailure(.usage, "no server; give --url") }
      let schema = tables.schema(options)
      var count = 0
      for url in options.urls {
        let differences = try await compare(schema, url)
        count += differences.count
        if differences.isEmpty {
          Console.write("\(ClickHouseDestination.place(url)): OK\n")
          continue
        }
        print("-- \(ClickHouseDestination.place(url))")
        for difference in differences {
          print("-- \(difference.what)")
          if let statement = difference.statement { print("\(statement);\n") }
        }
      }
      if count > 0 { throw CommandFailure(.refused, "\(count == 1 ? "1 difference" : "\(count) differences")") }
    }

    private func compare(_ schema: ClickHouseSchema, _ url: String) async throws -> [SchemaDifference] {
      do {
        return try await schema.differences(at: url, environment: ProcessInfo.processInfo.environment)
      } catch let failure as ShippingFailure {
        throw CommandFailure(.unavailable, failure.description)
      }
    }
  }
}

/// Servers and database.
struct ClickHousePlace: ParsableArguments {
  @OptionGroup var file: ConfigurationFile

  @Argument(help: "An output of type clickhouse in the configuration; options override its settings.")
  var name: String?

  @Option(help: ArgumentHelp("Base URL of a server, http://… or https://…; repeatable.", valueName: "url"))
  var url: [String] = []

  @Option(help: ArgumentHelp("Database.", valueName: "name"))
  var database: String?

  @Option(help: ArgumentHelp("Table of flows; rollups and views are named after it.", valueName: "name"))
  var table: String?

  @Option(help: ArgumentHelp("User.", valueName: "name"))
  var user: String?

  @Option(
    help: ArgumentHelp("File with the password (default: SAGFLOW_CLICKHOUSE_PASSWORD, or none).", valueName: "file"))
  var passwordFile: String?

  @Option(
    help: ArgumentHelp("Cluster: create replicated tables, and distributed tables for queries.", valueName: "name"))
  var cluster: String?

  /// Returns the settings of the named output, overridden by options.
  func options() throws(CommandFailure) -> ClickHouseOptions {
    var options = try configured()
    if !url.isEmpty { options.urls = url }
    if let database { options.database = database }
    if let table { options.table = table }
    if let user { options.user = user }
    if let passwordFile { options.passwordFile = passwordFile }
    if let cluster { options.cluster = cluster }
    for (name, value) in [("--database", options.database), ("--table", options.table)] where value.isEmpty {
      throw CommandFailure(.usage, "\(name): expected a name")
    }
    return options
  }

  private func configured() throws(CommandFailure) -> ClickHouseOptions {
    guard let name else { return ClickHouseOptions() }
    let setting = try Output.setting(name, in: try file.load().values)
    guard case .files(let files) = setting, case .clickHouse(let options) = files.destination else {
      throw CommandFailure(.usage, "\(name) is of type \(setting.kind.rawValue); give one of type clickhouse")
    }
    return options
  }
}

/// Options for the tables.
struct ClickHouseTables: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Rollups, joined by commas, or none. if: interfaces by minute; svc: services by minute; as: pairs of autonomous systems by 5 minutes; src: sources by hour.",
      valueName: "names"))
  var rollups = Rollup.all.map(\.name).joined(separator: ",")

  @Flag(help: "Also count distinct hosts in the rollup of autonomous systems, which makes it eight times as large.")
  var unique = false

  func validate() throws {
    let known = Rollup.all.map(\.name)
    for name in names where !known.contains(name) {
      throw ValidationError("--rollups: expected \(known.joined(separator: ", ")) or none, found '\(name)'")
    }
  }

  private var names: [String] { rollups == "none" ? [] : rollups.split(separator: ",").map(String.init) }

  func schema(_ options: ClickHouseOptions) -> ClickHouseSchema {
    var schema = ClickHouseSchema(options)
    let names = names
    schema.rollups = Rollup.all.filter { names.contains($0.name) }
    schema.hasDistinct = unique
    return schema
  }
}
