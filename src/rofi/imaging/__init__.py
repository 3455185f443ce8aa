"""Image files: decoding, encoding, and the header and sealed original inside them. Knows nothing of the model."""
