"""Writes of the simulator: loading a made-up shop into a workspace, playing its weeks, opening its seal."""
