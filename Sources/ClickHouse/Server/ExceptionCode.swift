package import Shipping

/// What a ClickHouse error code means for a file.
///
/// A file is set aside only for errors in the file itself. Codes that concern the table, the statement or the
/// credentials affect all files: they wait, or a wrong password would set all files aside.
package enum ExceptionCode {
  /// - Returns: the remedy and advice; nil for an unknown code.
  package static func meaning(_ code: Int) -> (remedy: ShippingFailure.Remedy, advice: String)? {
    switch code {
    // The file was damaged on disk or in transit.
    case 32, 33 /* ATTEMPT_TO_READ_AFTER_EOF, CANNOT_READ_ALL_DATA */, 40 /* CHECKSUM_DOESNT_MATCH */,
      117 /* INCORRECT_DATA */,
      271 /* CANNOT_DECOMPRESS */, 636 /* CANNOT_EXTRACT_TABLE_STRUCTURE */:
      (.setAside, "the file is damaged; `sagflow query -r FILE` shows whether it can still be read")

    // The server is busy, starting or stopping, or a part of it is unavailable.
    case 3 /* UNEXPECTED_END_OF_FILE */, 74, 75, 76 /* CANNOT_READ, _WRITE, _OPEN_FILE */, 159 /* TIMEOUT_EXCEEDED */,
      160 /* TOO_SLOW */, 198 /* DNS_ERROR */, 202 /* TOO_MANY_SIMULTANEOUS_QUERIES */, 203 /* NO_FREE_CONNECTION */,
      209, 210 /* SOCKET_TIMEOUT, NETWORK_ERROR */, 225 /* NO_ZOOKEEPER */, 236 /* ABORTED */,
      254 /* NO_ACTIVE_REPLICAS */, 279 /* ALL_CONNECTION_TRIES_FAILED */, 394 /* QUERY_WAS_CANCELLED */,
      425 /* SYSTEM_ERROR */, 499 /* S3_ERROR */, 735 /* QUERY_WAS_CANCELLED_BY_CLIENT */, 999 /* KEEPER_EXCEPTION */,
      1000, 1001, 1002 /* POCO_, STD_, UNKNOWN_EXCEPTION */:
      (.retry, "see the server's log if it lasts")
    case 173, 241 /* CANNOT_ALLOCATE_MEMORY, MEMORY_LIMIT_EXCEEDED */:
      (.retry, "give the server more memory, or shorten store.rotation")
    case 242 /* TABLE_IS_READ_ONLY */:
      (.retry, "the replica has lost its connection to Keeper")
    case 252 /* TOO_MANY_PARTS */:
      (.retry, "the server merges more slowly than files arrive; use a longer store.rotation or a faster disk")
    case 285, 286, 319 /* TOO_FEW_LIVE_REPLICAS, UNSATISFIED_QUORUM_…, UNKNOWN_STATUS_OF_INSERT */:
      (.retry, "too few replicas are up")

    // Someone has to fix it.
    case 60, 81 /* UNKNOWN_TABLE, UNKNOWN_DATABASE */:
      (.wait, "`sagflow output clickhouse schema` prints the SQL to create it")
    case 243 /* NOT_ENOUGH_SPACE */:
      (.wait, "the server's disk is full; free space, or shorten the TTL of tables")
    case 201, 158, 396 /* QUOTA_EXCEEDED, TOO_MANY_ROWS, TOO_MANY_ROWS_OR_BYTES */:
      (.wait, "a quota or limit of the user forbids it; raise it")
    // Older servers: UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD and IP_ADDRESS_NOT_ALLOWED; newer ones:
    // AUTHENTICATION_FAILED.
    case 192, 193, 194, 195, 516:
      (.wait, "check user and password, and the hosts from which the server allows the user")
    case 291, 497 /* DATABASE_ACCESS_DENIED, ACCESS_DENIED */:
      (.wait, "grant the user INSERT on the table")
    case 164, 452 /* READONLY, SETTING_CONSTRAINT_VIOLATION */:
      (.wait, "the user's profile forbids INSERT or its settings; use one without `readonly` and constraints")
    case 73, 115 /* UNKNOWN_FORMAT, UNKNOWN_SETTING */:
      (.wait, "the server is too old: ClickHouse \(ServerVersion.oldest) or later is needed")
    case 62 /* SYNTAX_ERROR */:
      (.wait, "the server does not understand the statement; ClickHouse \(ServerVersion.oldest) or later is needed")

    // The table, or the target of a view, does not match the columns of files. Addresses and times in files are always
    // valid, so a parse failure is due to the type of a column.
    case 6, 27, 38, 41, 72, 441, 675, 676 /* CANNOT_PARSE_… */, 8 /* THERE_IS_NO_COLUMN */,
      10 /* NOT_FOUND_COLUMN_IN_BLOCK */, 16 /* NO_SUCH_COLUMN_IN_TABLE */, 20 /* NUMBER_OF_COLUMNS_DOESNT_MATCH */,
      43 /* ILLEGAL_TYPE_OF_ARGUMENT */, 44 /* ILLEGAL_COLUMN */, 46, 47 /* UNKNOWN_FUNCTION, UNKNOWN_IDENTIFIER */,
      48 /* NOT_IMPLEMENTED */, 50 /* UNKNOWN_TYPE */, 53 /* TYPE_MISMATCH */, 70 /* CANNOT_CONVERT_TYPE */,
      131 /* TOO_LARGE_STRING_SIZE */, 349 /* CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN */,
      386 /* NO_COMMON_TYPE */:
      (.wait, "`sagflow output clickhouse check` shows the differences of the tables, and the ALTER to fix them")
    default: nil
    }
  }
}
