"""Rights without which a part of the sync stays out, while everything else goes on."""

from __future__ import annotations

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.dataverse import DATAVERSE, DENIED_NAMED
from dynsync_gui.domain.findings.marketo import DENIED as MARKETO_DENIED
from dynsync_gui.domain.rights import Permission
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import Message, msg


def _of_dynamics(title: Message) -> Finding:
    return Finding(title, DENIED_NAMED.cure, Owner.DYNAMICS_ADMIN, Retry.NEXT_RUN)


_LEFT_OUT = {
    Entity.USER: _of_dynamics(
        msg(
            "This user lacks the right {privilege} in Dynamics: owners do not become sales persons, and Dynamics may "
            "not tell which other rights are missing. Everything else is synced."
        )
    ),
    Entity.OPPORTUNITY: _of_dynamics(
        msg(
            "This user lacks the right {privilege} in Dynamics: opportunities stay out of Marketo, with the roles of "
            "people in them. Everything else is synced."
        )
    ),
    Entity.CONNECTION: _of_dynamics(
        msg(
            "This user lacks the right {privilege} in Dynamics: stakeholders get no role in opportunities, customers "
            "do. Everything else is synced."
        )
    ),
}
_OWN_LEFT_OUT = _of_dynamics(
    msg(
        "This user lacks the right {privilege} in Dynamics: the table “{table}” stays out of Marketo. "
        "Everything else is synced."
    )
)


def left_out(entity: Entity, privilege: str) -> Finding:
    """A table beside people and companies may not be read."""
    return filled(_LEFT_OUT.get(entity, _OWN_LEFT_OUT), privilege=privilege, table=entity)


NO_TABLE = Finding(
    msg("Dynamics has no table “{table}”. Everything else is synced."),
    msg("Write its logical name as Dynamics spells it, such as new_membership."),
    Owner.YOU,
    Retry.DECISION,
)
NOT_WRITTEN = Finding(
    msg(
        "This user lacks the right {privilege} in Dynamics: what is changed in Marketo does not come back to this "
        "table. The way to Marketo is not affected."
    ),
    msg(
        "Have an administrator add {privilege} to the user's security role, for the whole organisation. "
        "Or let the fields of this table travel to Marketo only, on the fields page."
    ),
    Owner.DYNAMICS_ADMIN,
    Retry.NEXT_RUN,
)
PARTLY_WRITTEN = Finding(
    msg(
        "This user may change only some records of this table: at the first of the others, changes stop coming back "
        "from Marketo. The way to Marketo is not affected."
    ),
    DATAVERSE["dynamics.depth"].cure,
    Owner.DYNAMICS_ADMIN,
    Retry.NEXT_RUN,
)


def _of_marketo(title: Message) -> Finding:
    return Finding(title, MARKETO_DENIED.cure, Owner.MARKETO_ADMIN, Retry.NEXT_RUN)


_NOT_SHOWN = {
    Permission.SALES_PERSON: _of_marketo(
        msg(
            "Marketo does not show this API user sales persons: owners do not become sales persons. "
            "Everything else is synced."
        )
    ),
    Permission.OPPORTUNITY: _of_marketo(
        msg(
            "Marketo does not show this API user opportunities: they stay out, with the roles of people in them. "
            "Everything else is synced."
        )
    ),
    Permission.ACTIVITY: _of_marketo(
        msg(
            "Marketo does not show this API user what changes: nothing comes back to Dynamics. "
            "The way to Marketo is not affected."
        )
    ),
    Permission.CUSTOM_OBJECT: _of_marketo(
        msg("Marketo does not show this API user custom objects: own tables stay out. Everything else is synced.")
    ),
    Permission.CUSTOM_TYPE: _of_marketo(
        msg(
            "Marketo does not let this API user create custom objects: a Marketo admin has to make them by hand. "
            "Everything else is synced."
        )
    ),
}


def not_shown(permission: Permission) -> Finding:
    """What stays out where the role of the API user lacks a permission."""
    return filled(_NOT_SHOWN[permission], permission=permission)


TYPES_BY_HAND = Finding(
    msg("Your Marketo subscription does not let programs create custom objects. Everything else is synced."),
    msg("Have a Marketo admin create them by hand. After the first sync DynSync lists each one with its steps."),
    Owner.MARKETO_ADMIN,
    Retry.DECISION,
)

EVERY = (
    *_LEFT_OUT.values(), _OWN_LEFT_OUT, NO_TABLE, NOT_WRITTEN, PARTLY_WRITTEN, *_NOT_SHOWN.values(), TYPES_BY_HAND,
)  # fmt: skip
"""All of them."""
