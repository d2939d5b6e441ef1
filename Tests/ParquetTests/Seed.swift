import TestSupport

/// `PARQUET_TEST_SEED`, else a new one.
let seed = runSeed("PARQUET_TEST_SEED")
