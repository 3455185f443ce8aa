"""The command line: says what it does, delegates, reports."""
