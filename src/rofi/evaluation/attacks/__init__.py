"""Attacks on protected files by somebody who has the software and the weights; one file each (paper's discussion)."""
