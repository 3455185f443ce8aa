"""What the bench measures: one section of the report each."""
