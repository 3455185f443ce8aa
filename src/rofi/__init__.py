"""ROFI: share photographs of eye patients without giving away who they are."""

__version__ = "0.1.0"
