"""The software that a built DynSync is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of software in the bundle.

    Attributes:
        name: As its makers call it.
        version: Empty where it is not known.
        licence: Short name or expression.
        text: The whole licence.
        purl: Its address in the package-URL scheme; empty where there is none.
    """

    name: str
    version: str
    licence: str
    text: str
    purl: str = ""
