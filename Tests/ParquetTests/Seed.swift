import TestSupport

/// `PARQUET_TEST_SEED`, or a new one.
let seed = runSeed("PARQUET_TEST_SEED")
