"""The statistics alone: values in, values out, codes for what was found. Each module says its definitions."""
