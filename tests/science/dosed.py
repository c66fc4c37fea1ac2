"""A made-up population that answers six questions, and dosed draws from it."""

import numpy as np

QUESTIONS = ("easy", "fast", "kind", "clear", "fair", "safe")


def population(rng: np.random.Generator, n: int) -> np.ndarray:
    """n people x 6 answers 1-5 that hang together over one common feeling."""
    common = rng.normal(size=(n, 1))
    strength = np.linspace(0.2, 0.9, 6)
    own = rng.normal(size=(n, 6))
    return np.clip(np.round(3 + np.linspace(-0.5, 0.8, 6) + common * strength + own * np.sqrt(1 - strength**2)), 1, 5)


def two_each(rng: np.random.Generator, n: int, first: np.ndarray) -> np.ndarray:
    """n x 2 places of questions: the first by `first`, the second of the others in proportion."""
    size = len(first)
    one = rng.choice(size, n, p=first)
    rest = np.tile(first, (n, 1))
    rest[np.arange(n), one] = 0
    edges = np.cumsum(rest / rest.sum(axis=1, keepdims=True), axis=1)
    edges[:, -1] = 1
    other = (rng.random((n, 1)) >= edges).sum(axis=1)
    return np.column_stack([one, other])
