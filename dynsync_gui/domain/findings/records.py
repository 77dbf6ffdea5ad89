"""DynSync's own reasons for listing a record, beside Marketo's."""

from __future__ import annotations

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.findings.marketo import problem_of
from dynsync_gui.domain.text import msg

NOTICES = {
    "shared-email": Finding(
        msg("Another Dynamics record has the same e-mail address. Both are persons of their own in Marketo."),
        msg("Merge the two records in Dynamics if they are one person."),
        Owner.YOU,
        Retry.DECISION,
    ),
    "several-persons": Finding(
        msg("Marketo has several persons with this e-mail address. The one changed last was linked."),
        msg("Merge these persons in Marketo if they are one person."),
        Owner.MARKETO_ADMIN,
        Retry.DECISION,
    ),
    "company-missing": Finding(
        msg("The person arrived without a company, because its account is not synced."),
        msg("Nothing, unless the company belongs in Marketo too: then let the account sync."),
        Owner.YOU,
        Retry.AFTER_PARENT,
    ),
}
"""Records that are in step but worth a look."""


def finding_of(code: str, detail: str) -> Finding:
    """Title and cure of a listed record's code, ours or Marketo's."""
    notice = NOTICES.get(code)
    return notice if notice is not None else problem_of(code, detail)[0]
