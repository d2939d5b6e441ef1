// Points in time in public interfaces, with their unit. Plain integers, so that they can be subtracted, compared and
// stored.

/// Nanoseconds since 1970 UTC: arrival of datagrams.
public typealias UnixNanoseconds = Int64

/// Milliseconds since 1970 UTC: start and end of flows, and a pipeline's clock.
public typealias UnixMilliseconds = Int64

/// Whole seconds since 1970 UTC: windows of files.
public typealias UnixSeconds = Int64
