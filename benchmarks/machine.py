"""What machine and when: a figure without them cannot be compared."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path


def describe() -> str:
    """One line: date, processor, cores, Python."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = models[0] if models else platform.processor() or platform.machine()
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return f"{today}, {processor}, {os.cpu_count()} cores, Python {platform.python_version()}"
