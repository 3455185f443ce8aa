"""Training the sign detector on healthy / diseased labels alone (paper sections 4.2 and 4.4)."""
