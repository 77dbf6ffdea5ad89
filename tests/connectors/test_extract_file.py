"""The file of an extract comes in pieces and is whole, or is not taken at all."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator

import pytest

from dynsync_gui.connectors.http import retry
from dynsync_gui.connectors.marketo import extract_file
from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure

from .marketo_script import MarketoScript, ok
from .scripted import Exchange, Forge
from .test_change_file import ORDER, TITLE, Row, written

WORDS = [f"Направник {number}" for number in range(400)]
Serve = Callable[[Exchange, bytes, int, int], None]


def part(exchange: Exchange, content: bytes, first: int, last: int) -> None:
    """What an honest server answers to a range."""
    last = min(last, len(content) - 1)
    exchange.reply(content[first : last + 1], 206, Content_Range=f"bytes {first}-{last}/{len(content)}")


class Store:
    """A script with one large file, asked for in ranges."""

    def __init__(self, forge: Forge) -> None:
        self.script = MarketoScript(forge)
        self.script.fields.append(TITLE)
        self.script.answers["/pagingtoken.json"] = ok(nextPageToken="onward")
        self.rows: list[Row] = [(n, "Job Title", f'{{"New Value": "{word}"}}') for n, word in enumerate(WORDS)]
        self.content = written(self.script, self.rows)
        self.serve: list[Serve] = [part]
        self.spans: list[tuple[int, int]] = []
        self.script.answers["/file.json"] = self._file
        self.writer: MarketoRestWriter = self.script.writer()

    def _file(self, exchange: Exchange) -> None:
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", exchange.request.headers.get("range", ""))
        assert found is not None, "a large file is asked for in ranges"
        self.spans.append((int(found[1]), int(found[2])))
        (self.serve.pop(0) if len(self.serve) > 1 else self.serve[0])(exchange, self.content, *self.spans[-1])

    def taken(self) -> list[tuple[str, str | None]]:
        found = self.writer.ordered_changes(ORDER, ["title"])
        assert found is not None
        return [(change.person, change.after) for part in found.parts for change in part]

    def refused(self) -> bool:
        """Whether it is said not to be whole."""
        with pytest.raises(TemporaryFailure) as failure:
            self.taken()
        return "not whole" in failure.value.detail

    @property
    def everything(self) -> list[tuple[str, str]]:
        return [(str(n), word) for n, word in enumerate(WORDS)]


@pytest.fixture
def store(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(retry, "_FIRST_DELAY", 0.01)
    monkeypatch.setattr(extract_file, "PIECE", 5_001)
    made = Store(forge)
    yield made
    made.writer.close()


def test_a_large_file_comes_in_pieces_that_cut_letters_in_two(store: Store) -> None:
    assert store.taken() == store.everything
    size = len(store.content)
    assert store.spans == [(start, min(start + 5_001, size) - 1) for start in range(0, size, 5_001)]
    assert any(0x80 <= store.content[last + 1] < 0xC0 for _, last in store.spans[:-1]), "none cut a letter"


@pytest.mark.parametrize("trouble", ["cut", "short", "elsewhere", "502"])
def test_only_the_piece_that_broke_off_is_asked_for_again(store: Store, trouble: str) -> None:
    def broken(exchange: Exchange, content: bytes, first: int, last: int) -> None:
        if trouble == "cut":
            head = f"HTTP/1.1 206 Told\r\nContent-Length: {last - first + 1}\r\n\r\n"
            exchange.send(head.encode() + content[first : first + 100])
            exchange.wire.shutdown(socket.SHUT_RDWR)
        elif trouble == "short":
            exchange.reply(content[first:last], 206, Content_Range=f"bytes {first}-{last}/{len(content)}")
        elif trouble == "elsewhere":
            exchange.reply(content[: last - first + 1], 206, Content_Range=f"bytes 0-{last - first}/{len(content)}")
        else:
            exchange.reply(b"<html>Bad gateway</html>", 502)

    store.serve = [part, broken, part]
    assert store.taken() == store.everything
    assert store.spans[1] == store.spans[2]
    assert len(set(store.spans)) == len(store.spans) - 1


def test_a_file_that_grows_while_it_is_taken_is_not_taken(store: Store) -> None:
    def grown(exchange: Exchange, content: bytes, first: int, last: int) -> None:
        part(exchange, content + b"401,Job Title,{}\n", first, last)

    store.serve = [part, grown]
    assert store.refused()


def test_another_file_of_the_same_size_is_not_taken(store: Store) -> None:
    store.content = store.content.replace(b"399", b"398")
    assert store.refused()


def test_a_way_that_knows_no_ranges_gives_no_large_file(store: Store) -> None:
    store.serve = [lambda exchange, content, _first, _last: exchange.reply(content)]
    assert store.refused()


def test_a_range_that_is_refused_ends_it(store: Store) -> None:
    store.serve = [part, lambda exchange, *_: exchange.reply(b"", 416)]
    with pytest.raises(ConnectionFailed):
        store.taken()
    assert len(store.spans) == 2


def test_a_file_that_is_gone_in_the_midst_is_not_there(store: Store) -> None:
    store.serve = [part, lambda exchange, *_: exchange.reply(b"", 404)]
    assert store.writer.ordered_changes(ORDER, ["title"]) is None


def test_a_small_file_that_is_longer_than_told_is_not_taken(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract_file, "PIECE", 1_000_000)
    written(store.script, store.rows, fileSize=len(store.content) - 1)
    assert store.refused()


def test_a_full_disk_leaves_the_file_to_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(extract_file.SpooledTemporaryFile):  # type: ignore[type-arg]
        def write(self, _piece: bytes) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(extract_file, "SpooledTemporaryFile", Full)
    with pytest.raises(ConnectionFailed):
        store.taken()
