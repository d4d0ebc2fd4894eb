"""Pure tools that any core may use: standard library only, no framework, no clock, no randomness, no sentences."""
