"""Each attack carried out on a bench: a scene goes in, tables come out."""
