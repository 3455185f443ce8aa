"""The report: what a section holds, and how it is written."""
