"""A made-up web shop with planted, sealed truths: a demo that can be checked, and data to test any tool with."""
