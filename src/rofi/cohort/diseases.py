"""The eleven diseases, the classes of signs they show, and who paints them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rofi.cohort.painting import Painter
from rofi.cohort.signs.basal_cell_carcinoma import basal_cell_carcinoma
from rofi.cohort.signs.conjunctival_disorder import conjunctival_disorder
from rofi.cohort.signs.conjunctival_melanoma import conjunctival_melanoma
from rofi.cohort.signs.corneal_leukoma import corneal_leukoma
from rofi.cohort.signs.lacrimal_disorder import lacrimal_disorder
from rofi.cohort.signs.microblepharon import microblepharon
from rofi.cohort.signs.pterygium import pterygium
from rofi.cohort.signs.ptosis import ptosis
from rofi.cohort.signs.squamous_cell_carcinoma import squamous_cell_carcinoma
from rofi.cohort.signs.strabismus import strabismus
from rofi.cohort.signs.thyroid_eye_disease import thyroid_eye_disease


class Disease(StrEnum):
    """What an image is labelled with.

    The paper names eight of its eleven diseases. Conjunctival disorder, pterygium and lacrimal disorder are this
    project's choice for the other three: they give the paper's sign classes Conj-Dis and LA-Dis a disease.
    """

    PTOSIS = "ptosis"
    THYROID_EYE_DISEASE = "thyroid_eye_disease"
    STRABISMUS = "strabismus"
    MICROBLEPHARON = "microblepharon"
    CONJUNCTIVAL_DISORDER = "conjunctival_disorder"
    CONJUNCTIVAL_MELANOMA = "conjunctival_melanoma"
    CORNEAL_LEUKOMA = "corneal_leukoma"
    PTERYGIUM = "pterygium"
    BASAL_CELL_CARCINOMA = "basal_cell_carcinoma"
    SQUAMOUS_CELL_CARCINOMA = "squamous_cell_carcinoma"
    LACRIMAL_DISORDER = "lacrimal_disorder"


class Sign(StrEnum):
    """The paper's classes of signs (section 2.3)."""

    EYELID_SHAPE = "eyelid_shape"
    IRIS_SHAPE = "iris_shape"
    CONJUNCTIVAL_DISORDER = "conj_dis"
    LACRIMAL_DISORDER = "la_dis"
    EYELID_DISORDER = "eyelid_dis"
    IRIS_DISORDER = "iris_dis"


@dataclass(frozen=True)
class DiseaseFacts:
    """What a disease does to a face.

    Attributes:
        signs: classes of signs it shows.
        in_paper: whether the paper names it.
        both_eyes: share of patients who have it in both eyes.
        local: whether its sign has a place of its own on the face, so that a region can be asked to cover it; the
            others change the shape or the position of the whole eye.
    """

    signs: tuple[Sign, ...]
    in_paper: bool
    both_eyes: float
    local: bool


FACTS = {
    Disease.PTOSIS: DiseaseFacts((Sign.EYELID_SHAPE,), True, 0.3, False),
    Disease.THYROID_EYE_DISEASE: DiseaseFacts((Sign.EYELID_SHAPE, Sign.EYELID_DISORDER), True, 0.8, False),
    Disease.STRABISMUS: DiseaseFacts((Sign.IRIS_SHAPE,), True, 0.0, False),
    Disease.MICROBLEPHARON: DiseaseFacts((Sign.EYELID_SHAPE,), True, 0.8, False),
    Disease.CONJUNCTIVAL_DISORDER: DiseaseFacts((Sign.CONJUNCTIVAL_DISORDER,), False, 0.4, True),
    Disease.CONJUNCTIVAL_MELANOMA: DiseaseFacts((Sign.CONJUNCTIVAL_DISORDER,), True, 0.0, True),
    Disease.CORNEAL_LEUKOMA: DiseaseFacts((Sign.IRIS_DISORDER,), True, 0.1, True),
    Disease.PTERYGIUM: DiseaseFacts((Sign.CONJUNCTIVAL_DISORDER, Sign.IRIS_DISORDER), False, 0.2, True),
    Disease.BASAL_CELL_CARCINOMA: DiseaseFacts((Sign.EYELID_DISORDER,), True, 0.0, True),
    Disease.SQUAMOUS_CELL_CARCINOMA: DiseaseFacts((Sign.EYELID_DISORDER,), True, 0.0, True),
    Disease.LACRIMAL_DISORDER: DiseaseFacts((Sign.LACRIMAL_DISORDER,), False, 0.1, True),
}

PAINTERS: Mapping[Disease, Painter] = {
    Disease.PTOSIS: ptosis,
    Disease.THYROID_EYE_DISEASE: thyroid_eye_disease,
    Disease.STRABISMUS: strabismus,
    Disease.MICROBLEPHARON: microblepharon,
    Disease.CONJUNCTIVAL_DISORDER: conjunctival_disorder,
    Disease.CONJUNCTIVAL_MELANOMA: conjunctival_melanoma,
    Disease.CORNEAL_LEUKOMA: corneal_leukoma,
    Disease.PTERYGIUM: pterygium,
    Disease.BASAL_CELL_CARCINOMA: basal_cell_carcinoma,
    Disease.SQUAMOUS_CELL_CARCINOMA: squamous_cell_carcinoma,
    Disease.LACRIMAL_DISORDER: lacrimal_disorder,
}
