"""Which path of Marketo's REST API is answered by what, and which permission it needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dynsync_gui.simulators.marketo.objects import ObjectCalls

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.gate import Answer
    from dynsync_gui.simulators.marketo.app import Marketo
    from dynsync_gui.simulators.marketo.extracts import Extracts

    Call = Callable[[Request, re.Match[str]], Answer]
    Route = tuple[re.Pattern[str], dict[str, str], Call]

_READ, _WRITE = "Read-Only Lead", "Read-Write Lead"
_FIELDS = "Read-Write Schema Custom Field"
_TYPES = "Read-Write Custom Object Type"


def routes(marketo: Marketo) -> list[Route]:
    """Paths, the permission that each verb needs, and what answers."""
    kinds = marketo.kinds
    listed = [
        *_person_routes(marketo),
        *_custom_routes(marketo),
        *_list_routes(marketo),
        *_activity_routes(marketo),
        *_schema_routes(marketo),
    ]
    for path, word, kind in (
        ("companies", "Company", kinds.companies),
        ("salespersons", "Sales Person", kinds.sellers),
        ("opportunities", "Opportunity", kinds.opportunities),
        ("opportunities/roles", "Opportunity", kinds.roles),
    ):
        calls = ObjectCalls(kind, marketo.wait)
        listed += _object_routes(path, word, lambda _match, calls=calls: calls)  # type: ignore[misc]
    rest = [(re.compile(f"/rest/v1/{path}"), verbs, call) for path, verbs, call in listed]
    return rest + [(re.compile(f"/bulk/v1/{path}"), verbs, call) for path, verbs, call in _bulk_routes(marketo)]


def _person_routes(marketo: Marketo) -> list[tuple[str, dict[str, str], Call]]:
    persons = marketo.person_calls

    def person(request: Request, _match: re.Match[str]) -> Answer:
        if request.method == "DELETE" or request.args.get("_method") == "DELETE":
            return persons.delete(request)
        return persons.sync(request) if is_post(request) else persons.query(request)

    return [
        (r"leads/partitions\.json", {"GET": _READ}, lambda _r, _m: persons.listed_partitions()),
        (r"leads\.json", {"GET": _READ, "POST": _WRITE, "DELETE": _WRITE}, person),
        (r"leads/delete\.json", {"POST": _WRITE}, lambda r, _m: persons.delete(r)),
        (r"lead/(\d+)\.json", {"GET": _READ}, lambda r, m: persons.one(r, int(m[1]))),
        (r"leads/(\d+)/merge\.json", {"POST": _WRITE}, lambda r, m: marketo.lifecycle.answer(r, int(m[1]))),
        (r"stats/(usage|errors)(/last7days)?\.json", {"GET": ""}, lambda _r, m: marketo.stats(m[1], m[2])),
    ]


def _schema_routes(marketo: Marketo) -> list[tuple[str, dict[str, str], Call]]:
    calls, both = marketo.schema_calls, {"GET": _FIELDS, "POST": _FIELDS}
    of = r"(leads|companies|opportunities)/schema/fields"
    return [
        (r"leads/describe\.json", {"GET": _READ}, lambda _r, _m: calls.describe()),
        (r"leads/describe2\.json", {"GET": _READ}, lambda _r, _m: calls.describe2()),
        (rf"{of}\.json", both, lambda r, m: calls.fields(r, m[1], None)),
        (rf"{of}/(\w+)\.json", both, lambda r, m: calls.fields(r, m[1], m[2])),
    ]


def _activity_routes(marketo: Marketo) -> list[tuple[str, dict[str, str], Call]]:
    calls, read = marketo.activity_calls, {"GET": "Read-Only Activity"}
    return [
        (r"activities/pagingtoken\.json", read, lambda r, _m: calls.token(r)),
        (r"activities/leadchanges\.json", read, lambda r, _m: calls.changes(r)),
        (r"activities/deletedleads\.json", read, lambda r, _m: calls.deleted(r)),
        (r"activities/types\.json", read, lambda _r, _m: calls.types()),
        (r"activities\.json", read, lambda r, _m: calls.any(r)),
    ]


def _bulk_routes(marketo: Marketo) -> list[tuple[str, dict[str, str], Call]]:
    calls, person = marketo.bulk_calls, "leads"
    write = {"GET": "Read-Write Custom Object", "POST": "Read-Write Custom Object"}
    objects, files = r"customobjects/(\w+)/import", "(failures|warnings)"
    return [
        (r"leads\.json", {"POST": _WRITE}, lambda r, _m: calls.persons(r)),
        (r"leads/batch/(\d+)\.json", {"GET": _WRITE}, lambda _r, m: calls.status(person, m[1])),
        (rf"leads/batch/(\d+)/{files}\.json", {"GET": _WRITE}, lambda _r, m: calls.file(person, m[1], m[2])),
        *_extract_routes("leads", _READ, marketo.extracts),
        *_extract_routes("activities", "Read-Only Activity", marketo.activity_extracts),
        (rf"{objects}\.json", write, lambda r, m: calls.objects(r, m[1])),
        (rf"{objects}/(\d+)/status\.json", write, lambda _r, m: calls.status(m[1], m[2])),
        (rf"{objects}/(\d+)/{files}\.json", write, lambda _r, m: calls.file(m[1], m[2], m[3])),
    ]


def _extract_routes(what: str, right: str, extracts: Extracts) -> list[tuple[str, dict[str, str], Call]]:
    export = rf"{what}/export/([\w-]+)"
    return [
        (rf"{what}/export\.json", {"GET": right}, lambda r, _m: extracts.listed(r)),
        (rf"{what}/export/create\.json", {"POST": right}, lambda r, _m: extracts.create(r)),
        (rf"{export}/enqueue\.json", {"POST": right}, lambda _r, m: extracts.enqueue(m[1])),
        (rf"{export}/cancel\.json", {"POST": right}, lambda _r, m: extracts.cancel(m[1])),
        (rf"{export}/status\.json", {"GET": right}, lambda _r, m: extracts.status(m[1])),
        (rf"{export}/file\.json", {"GET": right}, lambda r, m: extracts.file(r, m[1])),
    ]


def _list_routes(marketo: Marketo) -> list[tuple[str, dict[str, str], Call]]:
    lists, persons = marketo.lists, marketo.person_calls

    def members(request: Request, match: re.Match[str]) -> Answer:
        if request.method == "DELETE" or request.args.get("_method") == "DELETE":
            return lists.remove(request, match[1])
        return lists.add(request, match[1]) if is_post(request) else lists.members(request, match[1], persons)

    return [
        (r"lists\.json", {"GET": _READ}, lambda r, _m: lists.listed(r)),
        (r"lists/(\d+)\.json", {"GET": _READ}, lambda _r, m: lists.one(m[1])),
        (r"lists/(\d+)/leads\.json", {"GET": _READ, "POST": _WRITE, "DELETE": _WRITE}, members),
        (r"lists/(\d+)/leads/ismember\.json", {"GET": _READ}, lambda r, m: lists.ask(r, m[1])),
        (r"leads/(\d+)/listMembership\.json", {"GET": _READ}, lambda r, m: lists.of_person(r, int(m[1]))),
    ]


def _custom_routes(marketo: Marketo) -> list[tuple[str, dict[str, str], Call]]:
    custom, schema = marketo.custom, r"customobjects/schema"
    steps = "addField|deleteField|approve|discardDraft|delete"
    return [
        (r"customobjects\.json", {"GET": "Read-Only Custom Object"}, lambda r, _m: custom.listed(r)),
        (rf"{schema}\.json", {"GET": _TYPES, "POST": _TYPES}, lambda r, _m: custom.schema(r)),
        (rf"{schema}/fieldDataTypes\.json", {"GET": _TYPES}, lambda _r, _m: custom.data_types()),
        (rf"{schema}/linkableObjects\.json", {"GET": _TYPES}, lambda _r, _m: custom.linkable()),
        (rf"{schema}/(\w+)/describe\.json", {"GET": _TYPES}, lambda r, m: custom.one(r, m[1])),
        (rf"{schema}/(\w+)/dependentAssets\.json", {"GET": _TYPES}, lambda _r, m: custom.dependent(m[1])),
        (rf"{schema}/(\w+)/({steps})\.json", {"POST": _TYPES}, lambda r, m: custom.change(r, m[1], m[2])),
        (
            rf"{schema}/(\w+)/(\w+)/updateField\.json",
            {"POST": _TYPES},
            lambda r, m: custom.change_field(r, m[1], m[2]),
        ),
        *_object_routes(r"customobjects/(\w+)", "Custom Object", lambda match: custom.records(match[1])),
    ]


def _object_routes(
    path: str, word: str, calls: Callable[[re.Match[str]], ObjectCalls]
) -> list[tuple[str, dict[str, str], Call]]:
    """Paths of one object's calls."""
    read, write = f"Read-Only {word}", f"Read-Write {word}"

    def rows(request: Request, match: re.Match[str]) -> Answer:
        return calls(match).sync(request) if is_post(request) else calls(match).query(request)

    return [
        (rf"{path}/describe\.json", {"GET": read}, lambda _r, m: calls(m).describe()),
        (rf"{path}\.json", {"GET": read, "POST": write}, rows),
        (rf"{path}/delete\.json", {"POST": write}, lambda r, m: calls(m).delete(r)),
    ]


def is_post(request: Request) -> bool:
    """Whether a POST is meant as one, and not as a GET with a long filter."""
    override = request.args.get("_method") or request.form.get("_method")
    return request.method == "POST" and override is None
