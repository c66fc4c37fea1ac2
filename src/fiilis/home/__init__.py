"""The first page; fills itself from slots and has no business rule."""
