"""One module a question: a warehouse query and a science function give a frozen result. Nothing is rendered here."""
