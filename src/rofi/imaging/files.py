"""Reading whole files, and writing them so that half a file never bears the name of a whole one."""

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from rofi.errors import OutputError, PhotoTooLarge, UnreadablePhoto

_LARGEST_FILE = 2**32
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def read_file(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        UnreadablePhoto: it is missing, forbidden, or no regular file.
        PhotoTooLarge: it has more than 4 GiB.
    """
    try:
        status = path.stat()  # first, for opening a named pipe would hold up the whole batch
        if not stat.S_ISREG(status.st_mode):
            raise UnreadablePhoto(f"{path}: this is no file; give an image file")
        if status.st_size > _LARGEST_FILE:
            raise PhotoTooLarge(f"{path}: more than 4 GiB; give an image file")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnreadablePhoto(f"{path}: cannot be read: {_reason(error)}") from error
    except MemoryError as error:
        raise PhotoTooLarge(f"{path}: does not fit into memory") from error


def write_whole(path: Path, data: bytes, *, replace: bool = True) -> None:
    """Write a file under a temporary name in its folder, and give it its own name when it is safely on the disk.

    On any failure, an interruption included, the temporary file goes, and what bore the name before still does.

    Args:
        path: where; the folder must exist.
        data: the whole content.
        replace: a file that bears the name gives way; otherwise it is an error.

    Raises:
        OutputError: full disk, read-only folder, a name that is taken.
    """
    temporary: Path | None = None
    try:
        temporary = path.with_name(f".rofi-{secrets.token_hex(8)}.part")
        _write_new(temporary, data)
        if replace:
            temporary.replace(path)
        else:
            _rename_if_free(temporary, path)
    except FileExistsError as error:
        raise OutputError(f"{path}: there is a file already; choose another name or folder") from error
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot be written: {_reason(error)}") from error
    finally:
        if temporary is not None:
            with suppress(OSError, ValueError):
                temporary.unlink()


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rename_if_free(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)  # unlike a rename, this fails where the name is taken
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, "File exists") from None
        temporary.replace(path)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
