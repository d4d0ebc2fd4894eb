"""Kijun: training and policy knowledge assessment for trust & safety operations."""

import os

# The matrices of an analysis are small and workers share the cores: threads of linear algebra would only wait for each
# other. It must be said before NumPy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
