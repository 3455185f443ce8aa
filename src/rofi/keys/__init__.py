"""Secrets, what is derived from them for one image, and the files that keep them. Knows nothing of images."""

from rofi.keys.derivation import derive, key_vector, pseudonym, seal_key
from rofi.keys.secret import Secret, new_salt
from rofi.keys.store import load_secret, save_secret

__all__ = ["Secret", "derive", "key_vector", "load_secret", "new_salt", "pseudonym", "save_secret", "seal_key"]
