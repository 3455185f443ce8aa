"""Secrets, what is derived from them for one image, and the files that keep them. Knows nothing of images."""
