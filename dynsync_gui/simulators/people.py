"""Seeded names, addresses and e-mails, with everything that real ones do wrong."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.resources import document

if TYPE_CHECKING:
    import random

    from dynsync_gui.simulators.rows import Row

_POOL = 500
_INVALID = ("not-an-email", "two@at@signs.example", "blank in@middle.example", "@nobody.example", "dot.@", "n/a")
_NON_ASCII = ("müller{}@büro.example", "用户{}@例子.example", "josé{}@correo.example")


@cache
def slug(name: str) -> str:
    """A name in plain small letters, or an empty text for other scripts."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in plain if letter.isalpha())


class People:
    """Draws people; remembers some e-mails so that it can use them a second time."""

    def __init__(self, chance: random.Random) -> None:
        self._random = chance
        names = document("names.json")
        self._names: dict[str, Any] = names
        self._cultures = [culture for culture in names["cultures"] for _ in range(culture["weight"])]
        self._used: list[str] = []
        self._count = 0
        self._culture: dict[str, Any] = self._cultures[0]

    def add_person(self, row: Row) -> None:
        """Gives a row a name, an e-mail and telephones."""
        draw = self._random.random
        self._count += 1
        self._culture = culture = self._random.choice(self._cultures)
        given, family = self._random.choice(culture["given"]), self._random.choice(culture["family"])
        if draw() < 0.01:
            given = self._random.choice(self._names["odd_names"])
        if draw() < 0.05:
            row["middlename"] = self._random.choice(culture["given"])
        if draw() < 0.97:
            row["firstname"] = given
        if draw() < 0.99:
            row["lastname"] = family
        if draw() < 0.002:
            row["lastname"] = ("Wolfeschlegelsteinhausenbergerdorff-" * 2)[:50]
        row["fullname"] = " ".join(row[part] for part in ("firstname", "middlename", "lastname") if part in row)
        if draw() < 0.3:
            row["salutation"] = self._random.choice(self._names["salutations"])
        email = self._email(given, family)
        if email:
            row["emailaddress1"] = email
        row["jobtitle"] = self._random.choice(self._names["jobs"])
        if draw() < 0.7:
            row["telephone1"] = self.phone()
        if draw() < 0.3:
            row["mobilephone"] = self.phone()

    def phone(self) -> str:
        """A telephone number of the present culture."""
        return f"{self._culture['phone']}{self._random.randrange(1000, 9999)}"

    def add_address(self, row: Row) -> None:
        """Gives a row an address, sometimes one with line breaks."""
        draw = self._random.random
        if draw() < 0.15:
            return
        culture = self._culture
        city, state, code = self._random.choice(culture["cities"])
        street = f"{self._random.randrange(1, 300)} {self._random.choice(self._names['streets'])}"
        row["address1_line1"] = f"{street}\r\n2nd floor" if draw() < 0.01 else street
        if draw() < 0.1:
            row["address1_line2"] = "c/o Reception"
        row["address1_city"], row["address1_postalcode"], row["address1_country"] = city, code, culture["country"]
        if state:
            row["address1_stateorprovince"] = state

    def add_description(self, row: Row) -> None:
        """Gives one row in five a note; some are longer than a Marketo string, some have line breaks."""
        draw = self._random.random()
        if draw < 0.002:
            row["description"] = "Long notes of several meetings, kept since 2009. ✔ " * 38
        elif draw < 0.03:
            row["description"] = 'Called twice.\r\n\r\nPrefers Monday;\tsee "notes" – 100 % sure 🙂'
        elif draw < 0.2:
            row["description"] = "Met at the trade fair."

    def _email(self, given: str, family: str) -> str:
        draw = self._random.random()
        if draw < 0.06:
            return ""
        if draw < 0.063:
            return self._random.choice(_INVALID)
        if draw < 0.066:
            return self._random.choice(_NON_ASCII).format(self._count)
        if draw < 0.096 and self._used:
            again = self._random.choice(self._used)
            return again.upper() if draw < 0.076 else again.title() if draw < 0.081 else again
        words = ".".join(filter(None, (slug(given), slug(family)))) or "contact"
        email = f"{words}{self._count}@company{self._random.randrange(100_000)}.example"[:100]
        if draw > 0.995:
            email = f" {email} "
        if len(self._used) < _POOL:
            self._used.append(email)
        else:
            self._used[self._count % _POOL] = email
        return email
