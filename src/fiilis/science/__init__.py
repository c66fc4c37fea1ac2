"""Pure statistics: frozen counts and sums in, Estimates with interval, n and method out. No Django, no I/O."""
