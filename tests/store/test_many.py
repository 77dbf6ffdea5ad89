"""One statement over many rows does what one statement a row would do, however many they are."""

import sqlite3
from contextlib import closing

import pytest

from dynsync_gui.store.many import HERE, execute_many


@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 299, 300, 301, 941, 2_500])
def test_every_row_goes_in_once(number: int) -> None:
    rows = [(each, f"row {each}") for each in range(number)]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE kept (number INTEGER PRIMARY KEY, name TEXT)")
        execute_many(connection, f"INSERT INTO kept (number, name) VALUES {HERE}", rows)
        assert connection.execute("SELECT number, name FROM kept ORDER BY number").fetchall() == rows
