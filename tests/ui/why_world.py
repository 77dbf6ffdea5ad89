"""What the scripted service tells of one person, and of both sides compared."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from dynsync_gui.domain.certificate import Certificate, EntityCount
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.events import Explained, Reconciled
from dynsync_gui.domain.explain import Answer, Cause, Explanation, FieldView, Step
from dynsync_gui.domain.report import Difference
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.text import NOTHING, msg

VIEWS = tuple(
    FieldView(
        name, name, label, ours, sent, theirs, equal=ours == theirs, winner=System.DYNAMICS,
        rule=msg("Dynamics fills {field}.", field=label),
        cause=None if ours == theirs else Cause.OVERWRITTEN,
        finding=NOTHING if ours == theirs else msg("Somebody changed it in Marketo after DynSync had sent it."),
    )
    for name, label, ours, sent, theirs in (
        ("lastName", "Last Name", "Wallace", "Wallace", "Wallace"),
        ("title", "Job Title", "Head of Marketing", None, "Intern"),
    )
)  # fmt: skip
ANSWER = Answer(
    "anna@litware.com",
    (
        Explanation(
            Entity.CONTACT,
            "3f0c2b9e-1111-4222-8333-444455556666",
            "<b>Anna</b> Wallace",
            "1029",
            (
                Step("dynamics", CheckState.PASSED, msg("In Dynamics"), msg("Dynamics has it as contact.")),
                Step(
                    "values",
                    CheckState.FAILED,
                    msg("Values"),
                    msg("“Job Title” is not the same on both sides."),
                    msg("Sync this one record now, and Dynamics' value is sent again."),
                ),
                Step(
                    "shared",
                    CheckState.ATTENTION,
                    msg("Same e-mail address"),
                    msg("A lead has it."),
                    msg("Merge."),
                ),
            ),
            VIEWS,
            Cause.OVERWRITTEN,
            msg("“Job Title” is not the same on both sides."),
            msg("Sync this one record now, and Dynamics' value is sent again."),
        ),
    ),
)
CERTIFICATE = Certificate(
    datetime.now(UTC),
    "Contoso",
    "123-ABC-456",
    0,
    (EntityCount(Entity.CONTACT, 1_204, 1_200, 2, 1, 2),),
    (Difference(Entity.CONTACT, "3f0c2b9e", msg("is not in Marketo")),),
)
SCRIPTS: dict[str, list[object]] = {
    "why": [lambda job: Explained(job, ANSWER)],
    "sync_one": [lambda job: Explained(job, ANSWER)],
    "reconcile": [lambda job: Reconciled(job, CERTIFICATE, Path("/home/admin/certificate.txt"))],
}
