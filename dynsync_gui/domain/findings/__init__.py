"""What the vendors' and the network's codes mean in plain words: tables, no behaviour."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.domain.errors import Finding


def filled(finding: Finding, **values: object) -> Finding:
    """The finding with values for the ``{name}`` places of its title and cure."""
    return replace(
        finding,
        title=replace(finding.title, values={**finding.title.values, **values}),
        cure=replace(finding.cure, values={**finding.cure.values, **values}),
    )


def quoted(words: str, most: int = 200) -> str:
    """A vendor's words, fit to stand inside our quotation marks: one line, nothing invisible, not too long."""
    plain = "".join(letter if letter.isprintable() else " " for letter in words)
    line = " ".join(plain.replace("“", "'").replace("”", "'").split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
