"""Where frozen networks are found: those with a free licence in the package, the others in a folder of the user's."""

import os
from pathlib import Path

from rofi.errors import TrainingError

FOLDER_VARIABLE = "ROFI_NETWORKS"
_PACKAGED = Path(__file__).parent / "networks"
_DEFAULT_FOLDER = Path("../shared/models")


def find_network(file: str, folder: Path | str | None = None) -> Path:
    """Path of a frozen network.

    Args:
        file: its file name, such as "sface128.onnx".
        folder: where it lies if it is not packaged; when left out, the folder that the environment variable
            ROFI_NETWORKS names, and without that ../shared/models.

    Raises:
        TrainingError: it is in neither place.
    """
    packaged = _PACKAGED / file
    if packaged.is_file():
        return packaged
    searched = Path(folder or os.environ.get(FOLDER_VARIABLE) or _DEFAULT_FOLDER)
    path = searched / file
    if not path.is_file():
        raise TrainingError(
            f"{file}: not in {searched}; put it there or set {FOLDER_VARIABLE} to the folder that has it"
        )
    return path
