"""Pages of home: the way in, the board, the answers behind its numbers."""
