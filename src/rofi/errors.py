"""Everything that can go wrong for a user, by name.

Each message is one line: what is wrong with which input, and what to do.
"""


class RofiError(Exception):
    """Base of every error that ROFI raises on purpose."""


class PhotoError(RofiError):
    """The photograph cannot be worked on."""


class UnreadablePhoto(PhotoError):
    """Empty, truncated, or not an image in a format that is read."""


class PhotoTooLarge(PhotoError):
    """More pixels than the limit: a decompression bomb or a mistake."""


class NoFaceFound(PhotoError):
    """Nothing to protect is visible; writing the photograph unchanged would leak it."""


class FaceTooSmall(PhotoError):
    """A face is too small to protect without losing the signs of its eyes."""


class StillRecognised(PhotoError):
    """Every person tried for a face stays too like the patient; the photograph is refused rather than leaked."""


class AlreadyProtected(PhotoError):
    """The file is a protected one; protecting it again would make its original unreachable."""


class NotProtected(PhotoError):
    """The file carries no header and no log line was given for it, so there is nothing to restore."""


class HeaderDamaged(PhotoError):
    """The header of a protected file is there but cannot be read."""


class SealDamaged(PhotoError):
    """The sealed original does not open: a wrong key or a changed byte (AES-GCM cannot tell which)."""


class NoSeal(PhotoError):
    """The sealed original was asked for, and the file carries none."""


class KeyFileError(RofiError):
    """The key file cannot be read, written or is not one."""


class WrongPassphrase(KeyFileError):
    """The key file is encrypted and the passphrase does not open it."""


class WeightsMismatch(RofiError):
    """The weights file does not fit the model: another configuration, missing, surplus or misshapen tensors."""


class OutputError(RofiError):
    """The result cannot be written: full disk, read-only folder, a name that is taken."""


class TooFewPairs(RofiError):
    """Too few comparisons to state a rate at the false accept rate asked for."""


class TrainingError(RofiError):
    """The training set, configuration or checkpoint cannot be used."""


class CohortError(RofiError):
    """A cohort cannot be made or read: a wrong setting, a table without its columns, faces too few."""
