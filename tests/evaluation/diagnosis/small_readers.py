"""Readers in miniature for benches in miniature: the red spot of `sign_cohort` is their only disease."""

from rofi.cohort.row import Split
from rofi.evaluation.diagnosis.settings import DiagnosisSettings

SETTINGS = DiagnosisSettings(images=60, tuning=16, epochs=14, sides=(112,), whole_networks=False)
COUNTS = {Split.TRAIN: 60, Split.SELECTION: 16, Split.INTERNAL: 16, Split.EXTERNAL_1: 6}
SIDE = 320
