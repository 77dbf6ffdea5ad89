"""DynSync's own reasons for listing a record, beside Marketo's."""

from __future__ import annotations

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.findings.marketo import problem_of
from dynsync_gui.domain.text import msg

FIELD_GONE = "field-gone"
UNMARKED = "deleted-unmarked"
COMPANY_MISSING, COMPANY_KEPT, ROW_LEFT = "company-missing", "company-kept", "row-left"
FIELD_RETYPED = "field-retyped"
FIELD_STOPPED = "field-stopped"
VALUE_WITHHELD = "value-withheld"
VALUES_LEFT_OUT = "values-left-out"
CHANGE_REFUSED, CHANGE_UNFIT, CHANGES_DENIED = "dynamics-refused", "dynamics-unfit", "marketo-changes-denied"
"""About the way from Marketo to Dynamics."""
STAYS_UNSUBSCRIBED = "stays-unsubscribed"
"""Dynamics allowed mail again after both sides had agreed on none."""
LIST_REFUSED = "list-refused"
JOINED, DELETED_THERE = "merged-in-marketo", "deleted-in-marketo"
"""What became of a person in Marketo."""
DATABASE_RESTORED, DATABASE_REBUILT = "database-restored", "database-rebuilt"
"""What was done about a damaged database; the detail names the file that was kept."""
NOTICES = {
    FIELD_GONE: Finding(
        msg("A chosen field is no longer in Dynamics. Everything else is synced."),
        msg("Open the fields, untick it or choose another one in its place, and save the choice."),
        Owner.DYNAMICS_ADMIN,
        Retry.DECISION,
    ),
    FIELD_RETYPED: Finding(
        msg("A chosen field became another kind of field in Dynamics. It stands still; everything else is synced."),
        msg("Open the fields, look at what it holds now, and choose where that goes, or untick it. Then save."),
        Owner.YOU,
        Retry.DECISION,
    ),
    FIELD_STOPPED: Finding(
        msg("A chosen field can no longer be synced as it was chosen. Everything else is synced."),
        msg("Open the fields: the reason stands beside it. Mend that, choose where else it goes, or untick it."),
        Owner.YOU,
        Retry.DECISION,
    ),
    VALUE_WITHHELD: Finding(
        msg("The record was sent without one value, as you chose. Its other values are in step."),
        msg("Correct the value in Dynamics: then it is sent. To try it again as it is, sync this one record now."),
        Owner.YOU,
        Retry.WHEN_CHANGED,
    ),
    VALUES_LEFT_OUT: Finding(
        msg("Records went without a value that does not fit its Marketo field, as you chose for that field."),
        msg(
            "How many, and the first of them, stand in the details. Correct the values in Dynamics, choose a field "
            "with more room, or leave it so."
        ),
        Owner.YOU,
        Retry.WHEN_CHANGED,
    ),
    CHANGE_REFUSED: Finding(
        msg("Dynamics did not take what was changed in Marketo. Marketo keeps its value."),
        msg("Read Dynamics' own words in the details, then correct the person in Marketo or the record in Dynamics."),
        Owner.DYNAMICS_ADMIN,
        Retry.WHEN_CHANGED,
    ),
    CHANGE_UNFIT: Finding(
        msg("What was changed in Marketo means nothing to Dynamics, such as a choice that it does not have."),
        msg("Write one of Dynamics' choices in Marketo, or let the field travel to Marketo only."),
        Owner.MARKETO_ADMIN,
        Retry.WHEN_CHANGED,
    ),
    CHANGES_DENIED: Finding(
        msg("Changes that are made in Marketo do not reach Dynamics: an account lacks a right. All else is synced."),
        msg(
            "In Marketo, give the API user's role “Read-Only Activity”; in Dynamics, give DynSync's account the right "
            "to write contacts and leads. Or let all fields travel to Marketo only."
        ),
        Owner.MARKETO_ADMIN,
        Retry.NEXT_RUN,
    ),
    STAYS_UNSUBSCRIBED: Finding(
        msg("The person stays unsubscribed: in Marketo it wants no mail, and no sync takes that back."),
        msg(
            "If the person agreed anew, subscribe it again in Marketo as well. If it did not, forbid mail to it in "
            "Dynamics again."
        ),
        Owner.YOU,
        Retry.DECISION,
    ),
    JOINED: Finding(
        msg("Two Dynamics records became one person in Marketo, and this is the one whose person is gone."),
        msg(
            "Merge the two records in Dynamics as well. If they are two people, try this one again: it then becomes a "
            "person of its own."
        ),
        Owner.YOU,
        Retry.DECISION,
    ),
    DELETED_THERE: Finding(
        msg("The person was deleted in Marketo. It comes back as soon as the record changes in Dynamics."),
        msg("Nothing. If it has to be back now, sync this one record. If it has to stay away, use the filter."),
        Owner.YOU,
        Retry.DECISION,
    ),
    DATABASE_RESTORED: Finding(
        msg("DynSync's own record of the sync was damaged. The last good copy was taken, and everything compared."),
        msg("Nothing. What was changed in Marketo alone since that copy was made gave way to Dynamics' values."),
        Owner.DYNSYNC,
        Retry.DECISION,
    ),
    DATABASE_REBUILT: Finding(
        msg("DynSync's own record of the sync was damaged. A new one was made by comparing both systems."),
        msg("Nothing. What was changed in Marketo alone shortly before gave way to Dynamics' values."),
        Owner.DYNSYNC,
        Retry.DECISION,
    ),
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
    COMPANY_MISSING: Finding(
        msg("The person arrived without a company, because its account is not synced."),
        msg("Nothing, unless the company belongs in Marketo too: then let the account sync."),
        Owner.YOU,
        Retry.AFTER_PARENT,
    ),
    COMPANY_KEPT: Finding(
        msg("The person keeps the company that it left in Dynamics: Marketo lets people change it, never be without."),
        msg("Nothing, or choose an account for the record in Dynamics that is synced."),
        Owner.YOU,
        Retry.DECISION,
    ),
    ROW_LEFT: Finding(
        msg("The row belongs to nobody in Dynamics any more. In Marketo it stays with whom it belonged to."),
        msg("Say in Dynamics whom it belongs to, or delete it there."),
        Owner.YOU,
        Retry.DECISION,
    ),
    "team-owner": Finding(
        msg("A team owns this record. Marketo knows persons as owners only, so that its owner is left empty."),
        msg("Nothing, unless the record needs an owner in Marketo: then assign it to a person in Dynamics."),
        Owner.DYNAMICS_ADMIN,
        Retry.DECISION,
    ),
    "table-out": Finding(
        msg("Dynamics does not give this table at the moment. Everything else is synced."),
        msg("Test the connection again on the first page: it names the right that is missing."),
        Owner.DYNAMICS_ADMIN,
        Retry.NEXT_RUN,
    ),
    "partly-visible": Finding(
        msg("DynSync may read only a part of this table, and cannot tell deleted records from hidden ones."),
        msg("Give its user the right to read the whole organisation's records of this table."),
        Owner.DYNAMICS_ADMIN,
        Retry.DECISION,
    ),
    "object-out": Finding(
        msg("Marketo does not take these records at the moment. They wait, and everything else is synced."),
        msg("Test the connection again on the first page: it names the permission that is missing."),
        Owner.MARKETO_ADMIN,
        Retry.NEXT_RUN,
    ),
    "field-out": Finding(
        msg("Marketo no longer has one of the fields. The records are synced without it."),
        msg("Open the fields page, which shows which one is missing, and choose anew."),
        Owner.MARKETO_ADMIN,
        Retry.DECISION,
    ),
    "type-missing": Finding(
        msg("Marketo has no custom object for this table, and does not let programs create one."),
        msg("Have a Marketo admin create it; the details say how."),
        Owner.MARKETO_ADMIN,
        Retry.DECISION,
    ),
    "type-refused": Finding(
        msg("Marketo does not accept the custom object for this table. Its rows wait, and everything else is synced."),
        msg("Show a Marketo admin the details: they say why, and how to create it by hand."),
        Owner.MARKETO_ADMIN,
        Retry.NEXT_RUN,
    ),
    "files-out": Finding(
        msg("Marketo does not take people in files at the moment. They are sent by single calls."),
        msg("Nothing, unless the day's calls do not suffice. Marketo's own words are in the details."),
        Owner.MARKETO_ADMIN,
        Retry.NEXT_RUN,
    ),
    "import-warning": Finding(
        msg("Marketo took this person out of a file, but with a warning."),
        msg("Read Marketo's own words in the details, and compare the person with the record."),
        Owner.MARKETO_ADMIN,
        Retry.WHEN_CHANGED,
    ),
    "list-missing": Finding(
        msg("Marketo shows no static list of the name that people are to be taken out of. They are remembered."),
        msg(
            "Create the list in Marketo, write its exact name on the fields page, or give the API user's role "
            "“Read-Only Lead”. They are taken out of it with the next sync."
        ),
        Owner.YOU,
        Retry.DECISION,
    ),
    "list-out": Finding(
        msg("Marketo does not let people be taken out of the list that you chose. They wait; all else is synced."),
        msg(
            "Give the API user's role “Read-Write Lead (Person)” in the list's workspace, or choose another list on "
            "the fields page. It is tried again with every sync; Marketo's own words are in the details."
        ),
        Owner.MARKETO_ADMIN,
        Retry.NEXT_RUN,
    ),
    LIST_REFUSED: Finding(
        msg("The filter keeps this person out, but Marketo refused to take it out of the list that you chose."),
        msg(
            "Read Marketo's own words in the details. DynSync tries it again by itself; or take the person out of the "
            "list in Marketo."
        ),
        Owner.MARKETO_ADMIN,
        Retry.NEXT_RUN,
    ),
    UNMARKED: Finding(
        msg("The record was deleted in Dynamics. It stays in Marketo, where no field can say that it is gone."),
        msg(
            "Ask Marketo Support for a yes/no field “microsoftIsDeleted” on companies and opportunities: programs "
            "cannot create it there. Or have deleted records deleted in Marketo, too."
        ),
        Owner.MARKETO_ADMIN,
        Retry.DECISION,
    ),
    "parent-missing": Finding(
        msg("The record waits for another one that it belongs to."),
        msg("Nothing: DynSync sends it as soon as the other one is in Marketo."),
        Owner.DYNSYNC,
        Retry.AFTER_PARENT,
    ),
}
"""DynSync's own reasons for listing a record; only waiting for another one, a merge in Marketo and a
list that its person is not taken out of set it aside."""


_SYSTEM_ERROR = "611"
_PROVOKED = Finding(
    msg("Marketo breaks off whenever it gets this record."),
    msg("Look for unusual characters or very long texts in it. DynSync tries it again with the next sync."),
    Owner.MARKETO_ADMIN,
    Retry.NEXT_RUN,
)


def finding_of(code: str, detail: str) -> Finding:
    """Title and cure of a listed record's code, ours or Marketo's."""
    notice = NOTICES.get(code)
    return notice if notice is not None else refusal_of(code, detail)[0]


def refusal_of(code: str, message: str) -> tuple[Finding, str]:
    """Why Marketo refused a record, and the field that it is about.

    A system error that stays when the record is sent alone is one that its content provokes (Adobe, error 611).
    """
    if code == _SYSTEM_ERROR:
        return _PROVOKED, ""
    return problem_of(code, message)
