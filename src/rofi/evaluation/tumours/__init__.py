"""Segmentation of tumours of the lids (paper section 2.4, Supplementary Table 8)."""
