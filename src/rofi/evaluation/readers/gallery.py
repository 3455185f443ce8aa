"""Other photographs of the patients, for readers to choose among."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rofi.cohort.gallery_table import read_gallery
from rofi.cohort.layout import GALLERY
from rofi.errors import PhotoError
from rofi.evaluation.bench import Bench, Case
from rofi.evaluation.methods.method import Photograph
from rofi.evaluation.readers.pictures import Bytes
from rofi.faces.detection import Detector
from rofi.imaging.files import read_file


def gallery_faces(bench: Bench, cases: Sequence[Case], side: int) -> dict[str, Bytes]:
    """(side, side, 3) the aligned face of each patient in an ID photograph, by pseudonym.

    Args:
        bench: whose cohort may have a gallery.csv; of a patient's photographs the first with a face counts.
        cases: whose patients are wanted.
        side: pixels.

    Returns:
        Nothing where the cohort has no gallery; patients without a photograph are missing.

    Raises:
        CohortError: the gallery's table is bad.
    """
    if not (bench.cohort / GALLERY).is_file():
        return {}
    wanted = {case.row.patient for case in cases}
    found: dict[str, Bytes] = {}
    detector = Detector()
    for photograph in read_gallery(bench.cohort):
        if photograph.patient in found or photograph.patient not in wanted:
            continue
        bench.progress(f"looking for the face: {photograph.image}")
        try:
            photo = Photograph.read(photograph.image, read_file(bench.cohort / photograph.image), detector)
        except PhotoError:
            continue
        found[photograph.patient] = np.asarray(photo.alignment(side).extract(photo.pixels), np.uint8)
    return found
