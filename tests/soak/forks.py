"""What `Seat` runs: reads tasks from standard input and lives each of them in a child of its own."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time

from tests.soak.life import live
from tests.soak.seat import LIFE_SECONDS, Life, Task


def main() -> None:
    """Fork a child for every task on standard input, and tell on standard output how it ended."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            task: Task = pickle.load(requests)
        except EOFError:
            return
        pickle.dump(_fork(task), answers)
        answers.flush()


def _fork(task: Task) -> Life:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            told = pickle.dumps(live(task))
            os.write(writer, told)
        finally:
            os._exit(0)  # nothing is cleaned up: what hangs may hang
    os.close(writer)
    told, until = b"", time.monotonic() + LIFE_SECONDS
    late = False
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                late = True
                os.kill(child, signal.SIGKILL)
                break
            if not (part := pipe.read(65536)):
                break
            told += part
    _, status = os.waitpid(child, 0)
    if late:
        return Life("late")
    if os.WIFSIGNALED(status):
        return Life("killed", reached=True, detail=signal.Signals(os.WTERMSIG(status)).name)
    return pickle.loads(told) if told else Life("crashed", detail="it told nothing; its words are on standard error")


if __name__ == "__main__":
    main()
