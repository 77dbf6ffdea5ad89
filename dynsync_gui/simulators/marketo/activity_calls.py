"""Calls that read what happened: paging tokens, changes of values, deletions, activities of any type."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.activities import Change, Event, Happening, Origin
from dynsync_gui.simulators.marketo.calls import batch_size, parameters, required
from dynsync_gui.simulators.marketo.errors import MarketoError, done, success

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.gate import Answer
    from dynsync_gui.simulators.marketo.activities import Activity, ActivityLog
    from dynsync_gui.simulators.marketo.fields import Catalogue
    from dynsync_gui.simulators.marketo.lists import StaticLists

_DAY = 86_400
_KEPT = {Happening.CHANGE_DATA_VALUE: 90, Happening.ADD_TO_LIST: 90, Happening.DELETE_LEAD: 14}
_KEPT_OTHERWISE = 760
_MOST_TYPES, _MOST_LEADS = 10, 30
_CHANGES = frozenset({int(Happening.NEW_LEAD), int(Happening.CHANGE_DATA_VALUE)})
_OF_CHANGE = ("Source", "Reason", "Request Id", "API Method Name", "Modifying User")
_ABOUT: dict[Happening, tuple[str, str, tuple[str, ...]]] = {
    Happening.VISIT_WEB_PAGE: ("Visit Webpage", "Webpage ID", ("Webpage URL",)),
    Happening.FILL_OUT_FORM: ("Fill Out Form", "Webform ID", ("Form Fields",)),
    Happening.UNSUBSCRIBE_EMAIL: ("Unsubscribe Email", "Mailing ID", ("Form Fields",)),
    Happening.NEW_LEAD: ("New Lead", "Lead ID", ("Source Type", *_OF_CHANGE[2:])),
    Happening.CHANGE_DATA_VALUE: ("Change Data Value", "Attribute Name", ("New Value", "Old Value", *_OF_CHANGE)),
    Happening.ADD_TO_LIST: ("Add to List", "List ID", ("Source",)),
    Happening.REMOVE_FROM_LIST: ("Remove from List", "List ID", ("Source",)),
    Happening.MERGE_LEADS: (
        "Merge Leads", "Lead ID", ("Merge IDs", "Master Updated", "Merge Source", "Merged in Sales"),
    ),
    Happening.DELETE_LEAD: ("Delete Lead", "Lead ID", ("Remove From CRM", "API Method Name", "Modifying User")),
}  # fmt: skip
"""Name, primary attribute and other attributes of each kind."""


class ActivityCalls:
    """Reads the log.

    Attributes:
        scanned: So many activities a call looks at, whatever it is asked for: its page may be short, or empty, and
            still not be the last.
    """

    def __init__(
        self, clock: Clock, log: ActivityLog, fields: Catalogue, lists: StaticLists, wait: Callable[[], None]
    ) -> None:
        self.scanned = 3_000
        self._clock = clock
        self._log = log
        self._fields = fields
        self._lists = lists
        self._wait = wait
        self._oldest_token = 0.0

    def expire_tokens(self) -> None:
        """Makes every paging token given out so far too old."""
        self._oldest_token = self._clock.now()

    def token(self, request: Request) -> Answer:
        """``activities/pagingtoken.json``: where to begin to read from a moment on."""
        text = required(parameters(request), "sinceDatetime")
        try:
            # A plus sign that nobody escaped arrives as a blank.
            since = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise MarketoError("1003", f"Invalid value for field 'sinceDatetime' and value '{text}'") from None
        moment = since if since.tzinfo else since.replace(tzinfo=UTC)
        return done(nextPageToken=self._token(self._log.since(moment.timestamp()), moment.timestamp()))

    def types(self) -> Answer:
        """``activities/types.json``."""
        return success(
            [
                {
                    "id": self._log.ids[kind],
                    "name": name,
                    "description": name,
                    "primaryAttribute": {"name": primary, "dataType": "string"},
                    "attributes": [{"name": other, "dataType": "string"} for other in others],
                }
                for kind, (name, primary, others) in _ABOUT.items()
            ]
        )

    def changes(self, request: Request) -> Answer:
        """``activities/leadchanges.json``: new persons, and changes of the fields that are asked for."""
        given = parameters(request)
        names = [name.strip() for name in required(given, "fields").split(",") if name.strip()]
        numbers = {field.name: number for number, field in enumerate(self._fields, 1)}
        for name in names:
            if name not in numbers:
                raise MarketoError("1006", f"Field '{name}' not found")
        wanted = frozenset(names)
        found, more = self._page(
            given, _CHANGES, lambda detail: not isinstance(detail, Change) or detail.name in wanted
        )
        return success([self._change(activity, numbers) for activity in found], **more)

    def deleted(self, request: Request) -> Answer:
        """``activities/deletedleads.json``."""
        found, more = self._page(parameters(request), frozenset({int(Happening.DELETE_LEAD)}))
        return success([self._row(activity) for activity in found], **more)

    def any(self, request: Request) -> Answer:
        """``activities.json``: activities of up to ten types."""
        given = parameters(request)
        texts = [text.strip() for text in required(given, "activityTypeIds").split(",") if text.strip()]
        if len(texts) > _MOST_TYPES or not all(text.isascii() and text.isdigit() for text in texts):
            raise MarketoError("1003", "Invalid value for field 'activityTypeIds'")
        own = {number: kind for kind, number in self._log.ids.items()}
        kinds = frozenset(int(own[int(text)]) for text in texts if int(text) in own)
        found, more = self._page(given, kinds)
        return success([self._row(activity) for activity in found], **more)

    def _page(
        self,
        given: dict[str, str],
        kinds: frozenset[int],
        matches: Callable[[Origin | Change | Event], bool] = lambda _detail: True,
    ) -> tuple[list[Activity], dict[str, Any]]:
        """Activities from the token on, and the token to go on with; there always is one."""
        start, since = self._place(required(given, "nextPageToken"))
        size, leads = batch_size(given), self._leads(given)
        self._wait()
        last = len(self._log)
        end = min(start + self.scanned, last)
        found: list[Activity] = []
        now = self._clock.now()
        for place in self._log.places(start, end, kinds, leads):
            activity = self._log.at(place)
            kept = _KEPT.get(Happening(activity.kind), _KEPT_OTHERWISE) * _DAY
            if activity.seconds >= since and activity.seconds + kept >= now and matches(activity.detail):
                if len(found) == size:
                    end = place
                    break
                found.append(activity)
        return found, {"nextPageToken": self._token(end, since), "moreResult": end < last}

    def _leads(self, given: dict[str, str]) -> frozenset[int] | None:
        if given.get("listId"):
            if given.get("leadIds"):
                raise MarketoError("1003", "Only one of 'listId' and 'leadIds' is allowed")
            return self._lists.few_members(given["listId"])
        if not given.get("leadIds"):
            return None
        texts = [text.strip() for text in given["leadIds"].split(",") if text.strip()]
        if len(texts) > _MOST_LEADS or not all(text.isascii() and text.isdigit() for text in texts):
            raise MarketoError("1003", "Invalid value for field 'leadIds'")
        return frozenset(map(int, texts))

    def _token(self, place: int, since: float) -> str:
        """A place in the log; what is older than the moment that was asked for is not told, should that still come."""
        return base64.b32encode(f"{place}@{self._clock.now()!r}@{since!r}".encode()).decode()

    def _place(self, token: str) -> tuple[int, float]:
        try:
            place, moment, asked = base64.b32decode(token).decode().split("@")
            number, issued, since = int(place), float(moment), float(asked)
        except ValueError:
            number, issued, since = -1, 0.0, 0.0
        if not 0 <= number <= len(self._log) or issued < self._oldest_token:
            raise MarketoError("1003", f"Invalid value for field 'nextPageToken' and value '{token}'")
        return number, since

    def _change(self, activity: Activity, numbers: dict[str, int]) -> dict[str, Any]:
        detail, fields = activity.detail, []
        if isinstance(detail, Change):
            values = {"newValue": _text(detail.new), "oldValue": _text(detail.old)}
            fields = [{"id": numbers[detail.name], "name": detail.name} | values]
        return self._head(activity) | {"fields": fields, "attributes": _attributes(activity, brief=True)}

    def _row(self, activity: Activity) -> dict[str, Any]:
        row, detail = self._head(activity), activity.detail
        if isinstance(detail, Change):
            row |= {"primaryAttributeValueId": 0, "primaryAttributeValue": detail.name}
        elif isinstance(detail, Event):
            row |= {"primaryAttributeValueId": detail.primary_id, "primaryAttributeValue": detail.primary}
        return row | {"attributes": _attributes(activity)}

    def _head(self, activity: Activity) -> dict[str, Any]:
        # Without the number that Adobe is about to take away: the text is what tells activities apart.
        return {
            "marketoGUID": str(activity.number),
            "leadId": activity.lead_id,
            "activityDate": activity.date,
            "activityTypeId": self._log.ids[Happening(activity.kind)],
        }


def about(activity: Activity, fields: Catalogue) -> tuple[str, int, dict[str, Any]]:
    """The primary attribute as people read it, its number, and the other attributes that are not empty."""
    attributes = {one["name"]: one["value"] for one in _attributes(activity)}
    detail = activity.detail
    if isinstance(detail, Change):
        number, found = next((n, one) for n, one in enumerate(fields, 1) if one.name == detail.name)
        return found.label, number, attributes
    if isinstance(detail, Event):
        return detail.primary, detail.primary_id, attributes
    return "", activity.lead_id, attributes


def _attributes(activity: Activity, *, brief: bool = False) -> list[dict[str, Any]]:
    """What the activity says beside its head; a change that is told by its fields is not told again."""
    detail, given = activity.detail, {}
    if isinstance(detail, Event):
        given = dict(detail.attributes)
    elif isinstance(detail, Origin):
        given = {"Source Type": detail.source, **_traces(detail)}
    else:
        if not brief:
            given = {"New Value": _text(detail.new), "Old Value": _text(detail.old)}
        given |= {"Source": detail.origin.source, "Reason": detail.origin.reason, **_traces(detail.origin)}
    return [{"name": name, "value": value} for name, value in given.items() if value not in {"", None}]


def _traces(origin: Origin) -> dict[str, Any]:
    return {"Request Id": origin.request_id, "API Method Name": origin.method, "Modifying User": origin.user}


def _text(value: Any) -> str | None:
    """A value as activities print it: always a text."""
    return (
        value
        if value is None or isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
