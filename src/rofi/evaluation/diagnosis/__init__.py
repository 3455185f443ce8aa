"""Machine readers: image classifiers that tell health, disease and signs (paper sections 2.5 and 4.5)."""
