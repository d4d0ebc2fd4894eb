"""Kijun: training and policy knowledge assessment for trust & safety operations."""

__version__ = "0.1.0"
