"""The questions a user asks of the data: a warehouse query, a science function, a frozen result."""
