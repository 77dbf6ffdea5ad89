"""Files that are there whole or not at all: after a crash at any moment the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dynsync_gui.domain.errors import Finding, Retry, SettingsError, settings_error
from dynsync_gui.domain.text import Message, msg

_MOST_BYTES = 1_000_000


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place of another one, readable by its owner alone.

    Raises:
        SettingsError: It cannot be written.
    """
    write_parts(path, (content,))


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """The same of a content that is made part by part.

    Raises:
        SettingsError: It cannot be written.
    """
    with telling_file_errors(path):
        _replace(path, parts)


@contextmanager
def telling_file_errors(path: Path) -> Iterator[None]:
    """Turn the file system's errors into ours; trouble such as a full disk may have passed by the next run."""
    try:
        yield
    except OSError as cause:
        title = msg("DynSync cannot write “{file}”.", file=str(path))
        cure = msg("Make room on the disk, or see that you may write there.")
        finding = Finding(title, cure, retry=Retry.NEXT_RUN)
        raise SettingsError("settings-file", finding, cause.strerror or "") from cause


def read_text(path: Path, cure: Message) -> str:
    """A text of a size that people write.

    Args:
        path: The file.
        cure: What to do where it cannot be read.

    Raises:
        SettingsError: It is missing, too long, or no text.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise settings_error(msg("“{file}” is too long.", file=str(path)), cure, code="settings-file")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        title = msg("“{file}” is not text in UTF-8.", file=str(path))
        raise settings_error(title, cure, code="settings-file") from None
    except OSError as cause:
        error = settings_error(msg("“{file}” cannot be read.", file=str(path)), cure, code="settings-file")
        error.detail = cause.strerror or ""
        raise error from cause


def _replace(path: Path, parts: Iterable[bytes]) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # made with 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(parts)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    if os.name == "posix":  # the new name itself is durable once its folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
