"""Benchmarks. Each prints ratios whose two sides were measured in the same run, on the same machine."""
