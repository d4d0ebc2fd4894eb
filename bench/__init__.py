"""Benchmarks. Each prints ratios whose two sides were measured in the same run, on the same machine."""

import lms as _lms  # noqa: F401 - says how many threads NumPy may have, before a benchmark loads it
