"""Benchmarks: side by side with what one would write first, printed as tables with the machine and the settings."""
