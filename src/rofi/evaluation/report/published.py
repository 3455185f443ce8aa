"""The paper's published figures, as its main text prints them; the supplement is not at hand.

Percentages stay percentages. Where the text has lost an estimate and kept its interval, the figure is left out. The
paper's cohorts are the splits here: SNPH internal, ECXHCSU external_1, WUPH (also called RHWU) external_2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rofi.cohort.diseases import Disease
from rofi.cohort.row import Split
from rofi.evaluation.intervals import Interval
from rofi.evaluation.report.document import Better

Figure = float | Interval | str
"""Text where the paper gives a bound."""

SNPH, ECXHCSU, WUPH = Split.INTERNAL, Split.EXTERNAL_1, Split.EXTERNAL_2
COHORTS: Mapping[Split, str] = MappingProxyType({SNPH: "SNPH", ECXHCSU: "ECXHCSU", WUPH: "WUPH"})

ROFI, MOSAIC, AIGC, SWAP, MASK, G2FACE = "rofi", "mosaic", "aigc", "face-swap", "digital-mask", "g2face"
LEFT, RIGHT, DP_PIXELS, DP_FEATURES = "eye-crop-left", "eye-crop-right", "dp-pixels", "dp-features"
ORIGINAL, NONE = "original", "none"

METHOD_TITLES: Mapping[str, str] = MappingProxyType(
    {
        ROFI: "ROFI",
        MOSAIC: "Mosaic",
        AIGC: "AIGC",
        SWAP: "Face Swap",
        MASK: "Digital Mask",
        G2FACE: "G2Face",
        LEFT: "Eye crop, left",
        RIGHT: "Eye crop, right",
        DP_PIXELS: "Pixel-wise DP",
        DP_FEATURES: "Feature-wise DP",
        ORIGINAL: "Original",
        NONE: "No history",
    }
)
"""The paper's names of methods."""


@dataclass(frozen=True)
class Published:
    """One figure of the paper, of every method that it tells of.

    Attributes:
        name: lower case, digits and hyphens.
        topic: "signs", "diagnosis", "privacy" or "reversal".
        title: what it is, with the unit.
        place: where in the paper.
        better: which way.
        values: by method.
        split: of the cohort; None where there is none, or all.
        disease: where it is of one.
    """

    name: str
    topic: str
    title: str
    place: str
    better: Better
    values: Mapping[str, Figure]
    split: Split | None = None
    disease: Disease | None = None


def _six(rofi: Figure, mosaic: Figure, aigc: Figure, swap: Figure, mask: Figure, g2face: Figure) -> dict[str, Figure]:
    """In the order of the paper's sentences."""
    return {ROFI: rofi, MOSAIC: mosaic, AIGC: aigc, SWAP: swap, MASK: mask, G2FACE: g2face}


_SIGNS = "section 2.3, Figure 2b, Supplementary Table 1"
_EYELIDS, _IRISES = "Eyelid key-point error, %", "Iris key-point error, %"

SIGNS = (
    Published("eyelids", "signs", _EYELIDS, _SIGNS, "lower", _six(1.53, 5.51, 3.19, 2.35, 8.25, 2.70), SNPH),
    Published("eyelids-external-1", "signs", _EYELIDS, _SIGNS, "lower", {ROFI: 1.38}, ECXHCSU),
    Published("eyelids-external-2", "signs", _EYELIDS, _SIGNS, "lower", {ROFI: 1.68}, WUPH),
    Published("irises", "signs", _IRISES, _SIGNS, "lower", _six(1.64, 12.36, 3.79, 4.16, 6.84, 3.18), SNPH),
    Published("irises-external-1", "signs", _IRISES, _SIGNS, "lower", {ROFI: 1.37}, ECXHCSU),
    Published("irises-external-2", "signs", _IRISES, _SIGNS, "lower", {ROFI: 2.07}, WUPH),
    Published(
        "conjunctival-kappa",
        "signs",
        "Agreement on conjunctival disorder, Cohen's kappa",
        "section 2.3, Figure 2d, Supplementary Table 3",
        "higher",
        _six(
            Interval(0.9223, 0.8691, 0.9755),
            Interval(0.3299, 0.2079, 0.4518),
            Interval(0.2399, 0.1260, 0.3538),
            Interval(0.5208, 0.4176, 0.6239),
            Interval(0.0955, -0.0250, 0.2162),
            Interval(0.4489, 0.3406, 0.5571),
        ),
        SNPH,
    ),
    Published(
        "eye-structure",
        "signs",
        "Eye-structure similarity, %",
        "section 2.3, Supplementary Table 2",
        "higher",
        _six(94.09, 55.55, 53.74, 74.15, 41.37, 68.38),
        ECXHCSU,
    ),
)

_SENSITIVITY, _HEALTH = "Sensitivity of the state of health, %", "section 2.4, Figure 3b, Supplementary Table 4"
_KAPPA, _READERS = "Agreement on the disease, Cohen's kappa", "section 2.4, Figure 3c, Supplementary Table 5"
_AUROC, _CURVES = "AUROC of an image classifier", "section 2.5, Figure 4c"

DIAGNOSIS = (
    Published("sensitivity", "diagnosis", _SENSITIVITY, _HEALTH, "higher", {ROFI: Interval(100, 100, 100)}, SNPH),
    Published(
        "sensitivity-external-1", "diagnosis", _SENSITIVITY, _HEALTH, "higher", {ROFI: Interval(100, 100, 100)}, ECXHCSU
    ),
    Published(
        "sensitivity-external-2",
        "diagnosis",
        _SENSITIVITY,
        _HEALTH,
        "higher",
        _six(
            Interval(100, 100, 100),
            Interval(85.00, 74.36, 95.00),
            Interval(77.50, 64.28, 89.74),
            Interval(97.50, 91.89, 100.00),
            Interval(85.00, 72.97, 95.12),
            Interval(85.00, 74.27, 95.12),
        ),
        WUPH,
    ),
    *(
        Published(
            f"kappa-{disease.replace('_', '-')}", "diagnosis", _KAPPA, _READERS, "higher", {ROFI: kappa}, SNPH, disease
        )
        for disease, kappa in (
            (Disease.BASAL_CELL_CARCINOMA, Interval(0.9594, 0.9033, 1.0154)),
            (Disease.CONJUNCTIVAL_MELANOMA, Interval(0.9046, 0.7735, 1.0357)),
            (Disease.CORNEAL_LEUKOMA, Interval(0.8732, 0.7318, 1.0147)),
            (Disease.SQUAMOUS_CELL_CARCINOMA, Interval(1.0, 1.0, 1.0)),
        )
    ),
    Published(
        "mcc",
        "diagnosis",
        "Disease, Matthews correlation coefficient",
        "section 2.4, Supplementary Table 6, Supplementary Figure 4",
        "higher",
        _six(
            Interval(0.9450, 0.8684, 1.0000),
            Interval(0.1604, 0.0449, 0.3442),
            Interval(0.1513, 0.0016, 0.3394),
            Interval(0.6501, 0.5142, 0.8318),
            Interval(0.4960, 0.3390, 0.6422),
            Interval(0.5157, 0.3705, 0.6895),
        ),
        WUPH,
    ),
    Published(
        "resnet50-kappa",
        "diagnosis",
        "Agreement of a ResNet-50 with itself on originals, Cohen's kappa",
        "section 2.5, Figure 4a",
        "higher",
        {ROFI: Interval(0.9077, 0.8569, 0.9586)},
        SNPH,
    ),
    Published(
        "resnet50-auroc",
        "diagnosis",
        f"{_AUROC}, ResNet-50",
        _CURVES,
        "higher",
        _six(
            Interval(0.9113, 0.8952, 0.9113),  # so printed
            Interval(0.6102, 0.5941, 0.6262),
            Interval(0.7438, 0.7262, 0.7614),
            Interval(0.7983, 0.7781, 0.8186),
            Interval(0.7853, 0.7816, 0.7891),
            Interval(0.8776, 0.8604, 0.8949),
        ),
        SNPH,
    ),
    Published(
        "vit-auroc", "diagnosis", f"{_AUROC}, ViT", _CURVES, "higher", {ROFI: Interval(0.9124, 0.9059, 0.9190)}, SNPH
    ),
    Published(
        "vit-auroc-external-1",
        "diagnosis",
        f"{_AUROC}, ViT",
        _CURVES,
        "higher",
        {ROFI: Interval(0.7894, 0.7715, 0.8072)},
        ECXHCSU,
    ),
    Published(
        "vit-auroc-basal-cell-carcinoma",
        "diagnosis",
        f"{_AUROC}, ViT",
        "section 2.5, Figure 4d, Supplementary Figures 7 to 9",
        "higher",
        {ROFI: 0.950, SWAP: 0.908, G2FACE: 0.904},
        SNPH,
        Disease.BASAL_CELL_CARCINOMA,
    ),
    Published(
        "vit-auroc-512",
        "diagnosis",
        "AUROC of an image classifier, ViT of 512 pixels, %",
        "section 2.5, Supplementary Table 9",
        "higher",
        {ROFI: 94.59, G2FACE: 86.75},
    ),
    Published(
        "landmarks",
        "diagnosis",
        "Facial landmarks, mean squared error",
        "section 2.4, Supplementary Table 7",
        "lower",
        _six(2.9871, 5.6799, 7.8945, 4.8921, 6.3891, 3.7130),
    ),
    Published(
        "tumour-dice",
        "diagnosis",
        "Tumours of basal cell carcinoma, Dice coefficient",
        "section 2.4, Supplementary Table 8",
        "higher",
        {ROFI: 0.7389, SWAP: 0.2783, G2FACE: 0.5782},
        SNPH,
    ),
)

_PROTECTION, _FIGURE_5 = "Protection rate (1 - rank-1 identification), %", "section 2.6, Figure 5"

PRIVACY = (
    Published(
        "protection-adacos",
        "privacy",
        f"{_PROTECTION}, AdaCos",
        f"{_FIGURE_5}b",
        "higher",
        _six(96.54, 90.91, 93.08, 74.90, 94.81, 93.51),
        SNPH,
    ),
    Published(
        "protection-arcface",
        "privacy",
        f"{_PROTECTION}, ArcFace",
        f"{_FIGURE_5}b, c",
        "higher",
        {ROFI: 94.81, LEFT: 68.40, RIGHT: 74.03},
        SNPH,
    ),
    Published(
        "human-recognition",
        "privacy",
        "Recognised by people, %",
        "section 2.6, Supplementary Table 10",
        "lower",
        {ROFI: 1.1, MASK: 3.5, G2FACE: 3.1},
    ),
    Published(
        "iris-recognition",
        "privacy",
        "Identified by the iris, %",
        "section 3",
        "lower",
        {ORIGINAL: 74.45, ROFI: 0.87},
    ),
    Published(
        "dp-auroc",
        "privacy",
        "AUROC at a recognition rate of 3 %, %",
        "section 2.6, Supplementary Table 13",
        "higher",
        {ROFI: 91.25, DP_PIXELS: 62.32, DP_FEATURES: 76.69},
        SNPH,
    ),
    Published(
        "membership-inference",
        "privacy",
        "Membership inference, true positive rate at 1 % false positive rate, %",
        "section 2.6",
        "lower",
        {ROFI: 1.4},
    ),
    Published(
        "key-diversity",
        "privacy",
        "Mean pairwise cosine distance between keys",
        "section 3, Supplementary Table 14",
        "higher",
        {ROFI: 0.8845},
    ),
    Published("guessed-keys", "privacy", "Guessed keys that open a file, %", "section 3", "lower", {ROFI: 0.0}, SNPH),
    Published(
        "universal-key", "privacy", "Protection rate under a universal key, %", "section 3", "higher", {ROFI: 96.96}
    ),
    Published(
        "spoofing",
        "privacy",
        "Restored faces spoofed by BIM at a norm of 0.05, %",
        "section 3, Supplementary Table 11",
        "lower",
        {ROFI: "< 5"},
    ),
)

REVERSAL = (
    Published(
        "restored-identity",
        "reversal",
        "Identity of the restored face, %",
        f"{_FIGURE_5}d",
        "higher",
        {ROFI: 97.19, G2FACE: 74.72},
    ),
    Published(
        "restored-image",
        "reversal",
        "Similarity of the restored picture, %",
        f"{_FIGURE_5}d",
        "higher",
        {ROFI: 98.47, G2FACE: 93.48},
    ),
    Published(
        "follow-up",
        "reversal",
        "Course of thyroid eye disease, Cohen's kappa",
        f"{_FIGURE_5}e",
        "higher",
        {
            NONE: Interval(0.2758, -0.0860, 0.6378),
            G2FACE: Interval(0.3913, 0.0956, 0.6869),
            ROFI: Interval(0.8888, 0.7393, 1.0384),
        },
    ),
)

FIGURES = (*SIGNS, *DIAGNOSIS, *PRIVACY, *REVERSAL)
