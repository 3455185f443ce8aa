"""Protecting and restoring one file of a batch: read, skip if done, work, write whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from rofi.errors import HeaderDamaged, OutputError, RofiError
from rofi.imaging.files import read_file, write_whole
from rofi.imaging.formats import sniff
from rofi.imaging.header import Header
from rofi.imaging.protected_file import unpack
from rofi.keys.derivation import pseudonym
from rofi.keys.secret import Secret
from rofi.pipeline.networks import Networks
from rofi.pipeline.owner_log import LogLine, lines_for
from rofi.pipeline.photos import PhotoPath
from rofi.pipeline.protector import EXTENSIONS, ProtectOptions, Protector
from rofi.pipeline.report import FileReport, Outcome
from rofi.pipeline.restorer import RestoredPhoto, Restorer, Tier
from rofi.pipeline.salts import candidate_salts


def reported(photo: PhotoPath, work: Callable[[], FileReport]) -> FileReport:
    """The work's report; any error becomes that of a failed file."""
    start = time.monotonic()
    try:
        report = work()
    except RofiError as error:
        report = FileReport(str(photo.path), Outcome.FAILED, error=type(error).__name__, message=str(error))
    except MemoryError:
        message = f"{photo.relative}: not enough memory; use fewer --workers or a smaller photograph"
        report = FileReport(str(photo.path), Outcome.FAILED, error="MemoryError", message=message)
    except Exception as error:  # what nobody foresaw must not cost the rest of the batch
        message = f"{photo.relative}: {type(error).__name__}: {' '.join(str(error).split())}; please report this"
        report = FileReport(str(photo.path), Outcome.FAILED, error=type(error).__name__, message=message)
    return replace(report, seconds=time.monotonic() - start)


@dataclass
class ProtectJob:
    """Protect one file into `out`.

    Args:
        secret: of the key owner.
        out: output folder.
        options: see `ProtectOptions`.
        names: "pseudonym" from the salt, or "keep" the photograph's stem and sub-folder.
        weights: a weights file; None takes the shipped one.
    """

    secret: Secret = field(repr=False)
    out: Path
    options: ProtectOptions = field(default_factory=ProtectOptions)
    names: Literal["pseudonym", "keep"] = "pseudonym"
    weights: Path | None = None
    _protector: Protector | None = field(default=None, init=False, repr=False)

    def prepare(self) -> None:
        """Load the networks."""
        self._protector = Protector(Networks.load(self.weights), self.secret, self.options)

    def __call__(self, photo: PhotoPath) -> FileReport:
        return reported(photo, lambda: self._protect(photo))

    def _protect(self, photo: PhotoPath) -> FileReport:
        assert self._protector is not None
        original = read_file(photo.path)
        done = self.existing(photo, original)
        if done is not None:
            return FileReport(str(photo.path), Outcome.SKIPPED, str(done))
        protected = self._protector.protect(original, photo.path.name)
        stem = Path(protected.pseudonym) if self.names == "pseudonym" else photo.relative.with_suffix("")
        target = self.out / stem.with_name(stem.name + protected.extension)
        try:
            write_new(target, protected.data)
        except OutputError:
            done = self.existing(photo, original)  # another process may have had a copy of the photograph meanwhile
            if done is None:
                raise
            return FileReport(str(photo.path), Outcome.SKIPPED, str(done))
        return FileReport(str(photo.path), Outcome.DONE, str(target), warning=protected.warning)

    def existing(self, photo: PhotoPath, original: bytes) -> Path | None:
        """The whole protected file that this photograph has already in `out`, if any.

        Raises:
            OutputError: with names kept, another photograph's file has that name.
        """
        salts = candidate_salts(self.secret, original, self.options.most_salts)
        if self.names == "pseudonym":
            stems = [Path(pseudonym(salt)) for salt in salts]
        else:
            stems = [photo.relative.with_suffix("")]
        for stem in stems:
            for extension in EXTENSIONS.values():
                path = self.out / stem.with_name(stem.name + extension)
                header = header_of(path)
                if header is not None and header.salt in salts:
                    return path
        if self.names == "keep":
            extension = EXTENSIONS[self.options.format_of(sniff(original))]
            target = self.out / stems[0].with_name(stems[0].name + extension)
            if is_taken(target):
                raise OutputError(f"{target}: is there already and not of this photograph; name another --out")
        return None


@dataclass
class RestoreJob:
    """Restore one file into `out`.

    Args:
        secret: of the key owner.
        out: output folder.
        tier: see `Restorer`.
        log: lines of the owner's log, for files that lost their metadata.
        weights: a weights file; None takes the shipped one.
    """

    secret: Secret = field(repr=False)
    out: Path
    tier: Tier = "auto"
    log: Sequence[LogLine] = ()
    weights: Path | None = None
    _restorer: Restorer | None = field(default=None, init=False, repr=False)

    def prepare(self) -> None:
        """Load the networks."""
        self._restorer = Restorer(Networks.load(self.weights), self.secret, self.tier)

    def __call__(self, photo: PhotoPath) -> FileReport:
        return reported(photo, lambda: self._restore(photo))

    def _restore(self, photo: PhotoPath) -> FileReport:
        assert self._restorer is not None
        protected = read_file(photo.path)
        restored = self._restorer.restore(protected, photo.path.name, self._logged(protected, photo))
        outcome, target = self._write(photo, restored)
        way, fits, detail = restored.tier, restored.key_fits, str(restored.detail)
        return FileReport(str(photo.path), outcome, str(target), tier=way, key_fits=fits, detail=detail)

    def _write(self, photo: PhotoPath, restored: RestoredPhoto) -> tuple[Outcome, Path]:
        """Under its own name; where another file has that, in a folder named after the protected one.

        Cameras name photographs of many patients alike, and two originals of one name must both come back.
        """
        folder = self.out / photo.relative.parent
        own, apart = folder / restored.name, folder / photo.path.stem / restored.name
        target = apart if is_taken(own) and not holds(own, restored.data) else own
        if holds(target, restored.data):
            return Outcome.SKIPPED, target
        write_new(target, restored.data)
        return Outcome.DONE, target

    def _logged(self, protected: bytes, photo: PhotoPath) -> Header | None:
        """The header from the log for a file without one of its own: by its pixels, else by its name.

        A name may be another file's by chance; pixels that answer to the key are not. But those of a resized file, or
        under a wrong key, answer to nothing.
        """
        assert self._restorer is not None
        try:
            if unpack(protected) is not None:
                return None
        except HeaderDamaged:
            pass
        named, others = lines_for(self.log, photo.relative)
        headers = (line.header for line in (*named, *others))
        fitting = self._restorer.first_that_fits(protected, photo.path.name, headers) if self.log else None
        return named[0].header if fitting is None and named else fitting


def is_taken(path: Path) -> bool:
    """Whether something has that name, as far as can be told."""
    try:
        path.lstat()
    except OSError:
        return False
    return True


def holds(path: Path, data: bytes) -> bool:
    """Whether there is a file of just these bytes."""
    try:
        return read_file(path) == data
    except RofiError:
        return False


def header_of(path: Path) -> Header | None:
    """The header of a file that is there and whole enough to have one, else None."""
    try:
        file = unpack(read_file(path))
    except RofiError:
        return None
    return None if file is None else file.header


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, with its folders.

    Raises:
        OutputError: it is there, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent}: cannot be made ({error.strerror}); name another --out") from error
    write_whole(path, data, replace=False)
