"""Configurations of training runs as JSON files: what one leaves out keeps its default, what it misspells is told."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Self

from rofi.errors import TrainingError

PRECISIONS = ("bf16-mixed", "32-true")


@dataclass(frozen=True)
class Settings:
    """Base of the configurations; every setting has a default, which also tells what kind of value it takes."""

    def to_json(self) -> str:
        """As text that `from_json` reads."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From a configuration file's text; what it leaves out keeps its default.

        Raises:
            TrainingError: not JSON, a name that is no setting, or a value out of its range.
        """
        try:
            values: dict[str, Any] = json.loads(text)
            defaults = {field.name: field.default for field in fields(cls)}
            unknown = set(values) - defaults.keys()
            if unknown:
                raise TrainingError(f"unknown settings: {', '.join(sorted(unknown))}")
            return cls(**{name: _like(defaults[name], value) for name, value in values.items()})
        except (json.JSONDecodeError, TypeError, AttributeError) as error:
            raise TrainingError(f"training configuration cannot be read: {error}") from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """From a file; see `from_json`.

        Raises:
            TrainingError: the file cannot be read or is no configuration.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TrainingError(f"{path}: cannot be read ({error}); name a JSON configuration") from error
        try:
            return cls.from_json(text)
        except TrainingError as error:
            raise TrainingError(f"{path}: {error}") from error

    def at_least(self, least: float, *names: str) -> None:
        """Refuse settings below `least`.

        Raises:
            TrainingError: names the first.
        """
        for name in names:
            value = getattr(self, name)
            if not value >= least:
                raise TrainingError(f"{name} is {value}: must be at least {least:g}")

    def one_of(self, name: str, choices: tuple[str, ...]) -> None:
        """Refuse a setting that is none of its choices.

        Raises:
            TrainingError: names them.
        """
        value = getattr(self, name)
        if value not in choices:
            raise TrainingError(f"{name} {value!r}: choose from {', '.join(choices)}")


def _like(default: object, value: Any) -> Any:
    """A value of JSON as the type that the default has."""
    if isinstance(default, tuple):
        return tuple(value)
    if is_dataclass(default) and not isinstance(default, type):
        return type(default)(**value)
    return value
