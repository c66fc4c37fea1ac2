"""Who leaves, when, and who buys again: survival curves, hazards, repeat purchase and the risk of one customer."""
