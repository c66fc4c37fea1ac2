"""What a change did: every way of asking gives the same Effect, with its interval, assumptions and what breaks it."""
