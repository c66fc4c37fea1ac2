"""Pages of the simulator."""
