"""A warning in the log that no test expects is a failure."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator

import pytest

ExpectLog = Callable[[str], None]


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture
def _expected() -> list[re.Pattern[str]]:
    return []


@pytest.fixture
def expect_log(_expected: list[re.Pattern[str]]) -> ExpectLog:
    """Say which warnings a test causes on purpose: ``expect_log("Marketo asked to slow down")``, a pattern.

    The pattern is looked for in ``LEVEL logger: message`` and has to appear.
    """
    return lambda pattern: _expected.append(re.compile(pattern))


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest, _expected: list[re.Pattern[str]]) -> Iterator[None]:
    """Fail on warnings that were not expected, and on expected ones that did not come.

    A test that uses pytest's own `caplog` reads the log itself and is left alone.
    """
    collector = _Collector()
    logging.getLogger().addHandler(collector)
    yield
    logging.getLogger().removeHandler(collector)
    if "caplog" in request.fixturenames:
        return
    surprises = [line for line in collector.lines if not any(pattern.search(line) for pattern in _expected)]
    missing = [each.pattern for each in _expected if not any(each.search(line) for line in collector.lines)]
    if surprises:
        pytest.fail("Unexpected in the log:\n" + "\n".join(surprises))
    if missing:
        pytest.fail("Expected in the log, but not there: " + ", ".join(missing))
