"""A process of its own for work that is the same again and again; it ends with this one, however that ends."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any

from dynsync_gui import __version__
from dynsync_gui.domain.ports.apart import ApartFailed
from dynsync_gui.system.memory import spare_memory
from dynsync_gui.system.programs import console_program, is_installed

APART = "--apart"
"""What an installed DynSync is started with to do such work."""

_OWN = "DYNSYNC_"
"""How the variables begin that may hold secrets, of which it is to know none."""

_SECONDS = 60.0
"""For one piece of work, which takes a tenth of a second."""


class ProcessApart:
    """Implements `domain.ports.apart.Apart`.

    Args:
        work: What the process does with what it is given.

    Raises:
        ApartFailed: The process does not start.
    """

    def __init__(self, work: Callable[[bytes], Any]) -> None:
        try:
            self._process = subprocess.Popen(
                _program(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: value for name, value in os.environ.items() if not name.startswith(_OWN)},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as cause:
            raise ApartFailed from cause
        try:
            self._send((__version__, work))
        except ApartFailed:
            self.close()
            raise

    def give(self, given: bytes) -> None:
        """Give it something to do; see the protocol."""
        self._send(given)

    def take(self) -> Any:
        """What came of it; see the protocol."""
        with self._in_time():
            return pickle.load(self._out)  # noqa: S301  from our own process

    def close(self) -> None:
        """End the process, whatever it does; it keeps nothing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not sent any more
                    pipe.close()

    @property
    def _out(self) -> Any:
        return self._process.stdout

    def _send(self, what: Any) -> None:
        if self._process.stdin is None:
            raise AssertionError("asked for as a pipe")
        with self._in_time():
            pickle.dump(what, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Nobody waits for it longer than it may take, nor for one that has ended."""
        late = threading.Timer(_SECONDS, self._process.kill)
        late.start()
        try:
            yield
        except Exception as cause:  # what cannot be unpickled raises nearly anything (Python, pickle)
            raise ApartFailed from cause
        finally:
            late.cancel()
            late.join()


def main() -> int:
    """The process itself: takes the work, then does one thing after the other, until nobody gives it any."""
    spare_memory()
    sink = sys.stdout.buffer
    given: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_listen, args=(given,), daemon=True).start()
    first = given.get()
    if first is None or first[0] != __version__:  # another one was installed meanwhile, which may do it otherwise
        return 1
    work = first[1]
    with suppress(BrokenPipeError):
        while (one := given.get()) is not None:
            pickle.dump(work(one), sink, pickle.HIGHEST_PROTOCOL)
            sink.flush()
    return 0


def _listen(given: SimpleQueue[Any]) -> None:
    """Take in what comes next while the last one is worked on; nothing more comes once the other process has ended."""
    try:
        while True:
            given.put(pickle.load(sys.stdin.buffer))  # noqa: S301  from the process that started this one
    except Exception:  # noqa: BLE001  it is over, or this version cannot read what came
        given.put(None)


def _program() -> list[str]:
    """How it is started: by Python, or by the console program of an installed DynSync."""
    if is_installed():
        return [str(console_program()), APART]
    return [sys.executable, "-m", "dynsync_gui.system.apart"]


if __name__ == "__main__":
    sys.exit(main())
