"""Faults on demand: which request fails, and how."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What happens to a request that a rule matches."""

    STATUS = "status"
    HTML_502 = "html_502"
    HTML_200 = "html_200"
    RESET_BEFORE = "reset_before"
    RESET_AFTER_EXECUTION = "reset_after_execution"
    TRUNCATED = "truncated"
    SLOW = "slow"
    ENDLESS = "endless"
    HANG = "hang"
    CODE = "code"
    BAD_NEXT_LINK = "bad_next_link"
    REDIRECT = "redirect"


@dataclass(slots=True)
class FaultRule:
    """One rule of a fault plan.

    Attributes:
        action: What happens.
        system: ``entra``, ``dataverse``, ``marketo`` or empty for any.
        path: Regular expression that is searched in path and query.
        verb: HTTP verb, or empty for any.
        skip: So many matching requests pass first.
        count: How often it happens; 0 = always.
        probability: Chance of each matching request, 0 to 1, drawn from the plan's own seed.
        status: For ``status``: the HTTP status.
        retry_after: For ``status``: the Retry-After header as it is to be sent.
        code: For ``code``: the vendor's code (Marketo ``606``, Dataverse ``0x...``); for ``bad_next_link`` unused.
        message: Text beside the code.
        seconds: For ``slow`` and ``hang``: how long; a hang without it lasts until the rehearsal stops.
        link: For ``bad_next_link`` and ``redirect``: scheme and host to be sent to.
    """

    action: Action
    system: str = ""
    path: str = ""
    verb: str = ""
    skip: int = 0
    count: int = 1
    probability: float = 1.0
    status: int = 503
    retry_after: str = ""
    code: str = ""
    message: str = ""
    seconds: float = 0.0
    link: str = "https://elsewhere.invalid"
    seen: int = field(default=0, compare=False)
    played: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        self.action = Action(self.action)
        re.compile(self.path)

    def matches(self, system: str, verb: str, target: str) -> bool:
        """Whether the rule speaks about this request at all."""
        return (
            self.system in {"", system}
            and self.verb.upper() in {"", verb.upper()}
            and re.search(self.path, target) is not None
        )


class FaultPlan:
    """The rules in force, tried in the order in which they were added; safe from several threads."""

    def __init__(self, seed: int = 1) -> None:
        self._rules: list[FaultRule] = []
        self._random = random.Random(seed)  # noqa: S311 - chance in a rehearsal, not a secret
        self._lock = threading.Lock()

    def add(self, action: str, **details: Any) -> FaultRule:
        """Adds a rule; the details are the attributes of ``FaultRule``."""
        rule = FaultRule(Action(action), **details)
        with self._lock:
            self._rules.append(rule)
        return rule

    def load(self, rules: list[dict[str, Any]]) -> None:
        """Adds rules given as plain dictionaries; an unknown name is refused."""
        known = {item.name for item in fields(FaultRule)} - {"seen", "played"}
        for rule in rules:
            if unknown := set(rule) - known:
                raise ValueError(f"unknown fault settings: {', '.join(sorted(unknown))}")
            self.add(**rule)

    def clear(self) -> None:
        """Takes every rule away."""
        with self._lock:
            self._rules.clear()

    def draw(self, system: str, verb: str, target: str) -> FaultRule | None:
        """The rule that this request meets, if any; counts it."""
        with self._lock:
            for rule in self._rules:
                if (rule.count and rule.played >= rule.count) or not rule.matches(system, verb, target):
                    continue
                rule.seen += 1
                if rule.seen <= rule.skip or self._random.random() >= rule.probability:
                    continue
                rule.played += 1
                return rule
        return None
