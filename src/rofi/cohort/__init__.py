"""Synthetic patients: signs of eye disease painted on any face, with the truth known; and folders of patients."""
