// Points in time on public faces, with their unit. Plain integers: they are subtracted, compared and stored as such.

/// Nanoseconds since 1970 UTC: when datagrams arrive.
public typealias UnixNanoseconds = Int64

/// Milliseconds since 1970 UTC: when flows begin and end, and a pipeline's clock.
public typealias UnixMilliseconds = Int64

/// Whole seconds since 1970 UTC: windows of files.
public typealias UnixSeconds = Int64
