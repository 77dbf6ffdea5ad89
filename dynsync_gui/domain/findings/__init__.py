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
