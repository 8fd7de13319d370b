"""The benchmarks are tried at a size at which they measure nothing."""
