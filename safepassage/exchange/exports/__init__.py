"""Files for others: a closed set of types, writers that emit what was approved and nothing else,
and an inspection by other code that finds what a file hides."""
