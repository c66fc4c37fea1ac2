"""What can go wrong in the warehouse, by name. Light: imported where the engines aren't."""


class QueryMisused(Exception):
    """A definition is wrong, or asked wrongly: a programming error, never a user's."""


class OutOfStep(Exception):
    """The lake and the main database don't belong together: one was lost or restored. Remedy: `fiilis rebuild`."""
