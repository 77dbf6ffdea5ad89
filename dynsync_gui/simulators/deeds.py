"""What the control endpoint can do to Dynamics by a word."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators import customising, events

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynsync_gui.simulators.server import Rehearsal

Body = dict[str, Any]


def deeds(rehearsal: Rehearsal) -> dict[str, Callable[[Body], Any]]:
    """Each deed takes the request's body and may give something back; a wrong body is KeyError or ValueError.

    Rows: ``deactivate``/``reactivate`` (table, id), ``merge`` (table, winner, loser, content), ``qualify`` (lead,
    contact, account, opportunity, values; gives the ids), ``assign`` (table, id, owner), ``move`` (table, id, account).
    Columns: ``add_column`` (table, schema, kind, labels, length), ``retype_column`` (table, column, kind),
    ``rename_column`` (table, column, label, language), ``secure_column`` (table, column, secured),
    ``resize_column`` (table, column, length), ``set_option`` (table, column, value, label or null).
    Settings: ``track`` (table, on), ``set_privilege`` (privilege, depth, user), ``limits`` (on).
    """
    world = rehearsal.world

    def to(change: Callable[..., Any], *names: str) -> Callable[[Body], Any]:
        """The deed that calls a function of the world with these parts of the body and with what else stands there."""

        def deed(body: Body) -> Any:
            rest = {key: value for key, value in body.items() if key not in {"action", *names}}
            return change(world, *(body[name] for name in names), **rest)

        return deed

    def assign(body: Body) -> None:
        world.update(body["table"], body["id"], {"ownerid": body["owner"].lower()})

    def move(body: Body) -> None:
        column = "parentcustomerid" if body["table"] == "contact" else "customerid"
        world.update(body["table"], body["id"], {column: body["account"]})

    def add_column(body: Body) -> None:
        labels = {int(code): text for code, text in body.get("labels", {}).items()}
        column = customising.new_column(body["schema"], body["kind"], labels, length=body.get("length"))
        customising.add_column(world, body["table"], column)

    def track(body: Body) -> None:
        disabled = rehearsal.dataverse.tracker.disabled
        (disabled.discard if body["on"] else disabled.add)(body["table"])
        with world.lock:
            world.customised(body["table"])

    def set_privilege(body: Body) -> None:
        """``{"privilege", "depth", "user"}``: without a depth it is withdrawn, without a user from everybody."""
        for member in rehearsal.dataverse.members.by_object.values():
            if body.get("user", "") in {"", member.domain_name, member.id}:
                if body.get("depth"):
                    member.depths[body["privilege"]] = body["depth"]
                else:
                    member.depths.pop(body["privilege"], None)

    return {
        "deactivate": lambda body: events.set_active(world, body["table"], body["id"], active=False),
        "reactivate": lambda body: events.set_active(world, body["table"], body["id"], active=True),
        "merge": to(events.merge, "table", "winner", "loser"),
        "qualify": lambda body: asdict(to(events.qualify, "lead")(body)),
        "assign": assign,
        "move": move,
        "add_column": add_column,
        "retype_column": to(customising.retype_column, "table", "column", "kind"),
        "rename_column": to(customising.rename_column, "table", "column", "label"),
        "secure_column": to(customising.secure_column, "table", "column"),
        "resize_column": to(customising.resize_column, "table", "column", "length"),
        "set_option": to(customising.set_option, "table", "column", "value", "label"),
        "track": track,
        "set_privilege": set_privilege,
        "limits": lambda body: setattr(rehearsal.dataverse.protection, "on", bool(body["on"])),
    }
