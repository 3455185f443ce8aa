"""Losses, data, schedules and the loop; imported by the command line alone."""
