"""What became of a record that the filter keeps out, in words."""

from __future__ import annotations

from typing import NamedTuple

from dynsync_gui.domain.findings import quoted
from dynsync_gui.domain.schema import FILTER_FIELD, STOPPED_FIELD
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.engine.explaining.subject import Subject


class KeptOut(NamedTuple):
    """Why Marketo has it as it does, and what to do; with the vendor's code or ours and its own words, if any."""

    finding: Message
    cure: Message
    code: str = ""
    detail: str = ""


def kept_out(one: Subject) -> KeptOut:
    """Where a person that the filter keeps out is to leave a list, that comes first: it is what is not done yet."""
    place = one.place
    if place is not None and one.leaves_list:
        return _in_list(one)
    finding = msg("“Sync to Marketo” is No in Dynamics, and only that keeps a record out.")
    if one.held and place is not None and STOPPED_FIELD in place.filled:
        finding = msg("“Sync to Marketo” is No in Dynamics. Marketo keeps the person, marked as such.")
    elif one.held:
        finding = msg("“Sync to Marketo” is No in Dynamics. What Marketo has of it stays as it was.")
    return KeptOut(finding, msg("Set “Sync to Marketo” ({field}) to Yes in Dynamics.", field=FILTER_FIELD))


def _in_list(one: Subject) -> KeptOut:
    refused, trouble = one.place.problem if one.place is not None else None, one.list_trouble
    if refused is not None:
        finding = msg(
            "“Sync to Marketo” is No in Dynamics. Marketo refused to take the person out of the list: “{words}”",
            words=quoted(refused.detail),
        )
        return KeptOut(finding, refused.cure, refused.code, refused.detail)
    if trouble is not None:
        finding = msg(
            "“Sync to Marketo” is No in Dynamics. The person's removal from the list waits: {why}", why=trouble.title
        )
        return KeptOut(finding, trouble.cure, trouble.code, trouble.detail)
    return KeptOut(
        msg("“Sync to Marketo” is No in Dynamics. The person's removal from the list waits for the next sync."),
        msg("Sync now, or wait for the next sync."),
    )
