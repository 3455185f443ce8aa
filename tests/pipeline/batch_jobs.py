"""Jobs without networks, importable by worker processes."""

import os
from dataclasses import dataclass

from rofi.errors import WeightsMismatch
from rofi.pipeline.report import FileReport, Outcome


@dataclass
class ByName:
    """Does to each file what its name says."""

    ready: bool = False

    def prepare(self):
        self.ready = True

    def __call__(self, photo):
        assert self.ready
        if photo.path.stem.startswith("interrupt"):
            raise KeyboardInterrupt
        if photo.path.stem.startswith("die"):
            os._exit(1)
        if photo.path.stem.startswith("fail"):
            return FileReport(str(photo.path), Outcome.FAILED, error="NoFaceFound", message="no face")
        return FileReport(str(photo.path), Outcome.DONE, f"{os.getpid()}")


class Unprepared:
    """Its weights do not fit."""

    def prepare(self):
        raise WeightsMismatch("model.safetensors: cannot be read as weights")

    def __call__(self, photo):
        raise AssertionError


class DiesPreparing:
    """No process lives long enough to do a file."""

    def prepare(self):
        os._exit(1)

    def __call__(self, photo):
        raise AssertionError


@dataclass
class PreparedOnce:
    """Doubles numbers and tells how often it was prepared; dies of a 0."""

    times: int = 0

    def prepare(self):
        self.times += 1

    def __call__(self, number):
        if not number:
            os._exit(1)
        return 2 * number, self.times, os.getpid()
