"""How well faces are hidden, signs kept and originals brought back: metrics and studies."""
