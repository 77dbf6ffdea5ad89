"""The chain of one record: from Dynamics through the rules and the ledger to Marketo, until a link is broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.explain import Cause, Explanation, FieldView, Step
from dynsync_gui.domain.findings.records import (
    CHANGE_REFUSED,
    CHANGE_UNFIT,
    CHANGES_DENIED,
    COMPANY_KEPT,
    FIELD_RETYPED,
    JOINED,
    NOTICES,
    STAYS_UNSUBSCRIBED,
)
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.ports.dynamics import SourceRecord
from dynsync_gui.domain.report import RunState
from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    DELETED_FIELD,
    FILTER_FIELD,
    KEY_FIELD,
    MARKS,
    OWNER_KEY,
    PEOPLE,
    Entity,
)
from dynsync_gui.domain.storage.records import Skip
from dynsync_gui.domain.text import NOTHING, Message, msg
from dynsync_gui.engine.explaining.kept_out import kept_out
from dynsync_gui.engine.explaining.rules_in_words import BELONGS_TO_NOBODY, RULES, set_aside
from dynsync_gui.engine.explaining.subject import Subject

_NAMED = 10
"""Fields that one step names."""

_MARK = msg("Sync this one record now: that puts the mark right.")
_NEXT = msg("Sync now, or wait for the next sync.")
TITLES: Mapping[str, Message] = {
    "dynamics": msg("In Dynamics"),
    "fields": msg("Table and fields"),
    "filter": msg("Filter"),
    "carried": msg("Same person"),
    "read": msg("Seen by the sync"),
    "match": msg("In Marketo"),
    "sent": msg("Sent"),
    "waiting": msg("Waiting"),
    "company": msg("Company"),
    "owner": msg("Owner"),
    "values": msg("Values"),
    "shared": msg("Same e-mail address"),
}


@dataclass
class Chain:
    """Collects steps; the first link that is broken is the true reason."""

    one: Subject
    _steps: list[Step] = field(default_factory=list)
    _end: tuple[Cause, Message, Message] | None = None

    def explain(self) -> Explanation:
        """Follow the record to its end."""
        for link in (self._dynamics, self._fields, self._filter, self._carried, self._marketo, self._ledger):
            link()
        if self.one.held:
            self._marks()
            self._values()
            self._links()
        self._shared()
        cause, verdict, cure = self._end or (
            Cause.IN_STEP, msg("It is in Marketo, with the values that Dynamics has."), NOTHING
        )  # fmt: skip
        place, live = self.one.place, self.one.live
        return Explanation(
            entity=self.one.entity,
            id=self.one.id,
            name=(place.name if place else "") or _name(live),
            person=str(self.one.held[0].get("id") or self.one.held[0].get("marketoGUID") or "")
            if self.one.held
            else "",
            steps=tuple(self._steps),
            fields=tuple(self.one.views),
            cause=cause,
            verdict=verdict,
            cure=cure,
            sent=place.sent if place else None,
        )

    def _passed(self, id_: str, finding: Message) -> None:
        self._steps.append(Step(id_, CheckState.PASSED, TITLES[id_], finding))

    def _look(self, id_: str, finding: Message, cure: Message = NOTHING) -> None:
        self._steps.append(Step(id_, CheckState.ATTENTION, TITLES[id_], finding, cure))

    def _broken(
        self, id_: str, cause: Cause, finding: Message, cure: Message, code: str = "", detail: str = ""
    ) -> None:
        """A broken link; only the first one is the reason."""
        self._steps.append(Step(id_, CheckState.FAILED, TITLES[id_], finding, cure, code, detail))
        self._end = self._end or (cause, finding, cure)

    @property
    def _whole(self) -> bool:
        return self._end is None

    def _dynamics(self) -> None:
        one = self.one
        if one.live is not None:
            self._passed("dynamics", msg("Dynamics has it as {table}.", table=one.entity.value))
        elif one.looked:
            if one.place is None or one.place.reason != "deleted":
                finding, cure = msg("It was deleted in Dynamics, and the sync has not seen that yet."), _NEXT
            elif not one.held:
                finding, cure = msg("It was deleted in Dynamics, and Marketo does not have it either."), NOTHING
            elif one.place.state in {"outbox", "problem"}:  # the reason follows
                self._look("dynamics", msg("It was deleted in Dynamics, which Marketo has not been told yet."))
                return
            elif DELETED_FIELD in one.place.filled and not one.held[0].get(DELETED_FIELD) and one.entity in PEOPLE:
                finding, cure = msg("It was deleted in Dynamics, and Marketo's record does not say so."), _MARK
            elif DELETED_FIELD in one.place.filled:
                finding, cure = msg("It was deleted in Dynamics. Marketo keeps the record, marked as deleted."), NOTHING
            else:
                finding, cure = msg("It was deleted in Dynamics. Marketo keeps the record as it was."), NOTHING
            self._broken("dynamics", Cause.DELETED, finding, cure)

    def _fields(self) -> None:
        one = self.one
        if one.lost is not None:
            self._broken(
                "fields",
                Cause.TABLE_OUT,
                msg(
                    "Dynamics does not give the table “{table}” today: {why}",
                    table=one.entity,
                    why=one.lost.finding.title,
                ),
                one.lost.finding.cure,
                one.lost.code,
                one.lost.detail,
            )
        elif one.mapping is None or (not one.mapping.fields and one.entity in PEOPLE):
            self._broken(
                "fields",
                Cause.NOT_CHOSEN,
                msg("Records of “{table}” are not synced: nothing of this table was chosen.", table=one.entity),
                msg("Set up again and choose fields of this table."),
            )
        else:
            self._passed("fields", msg("The table is synced, with {n} of its fields.", n=len(one.mapping.fields)))

    def _filter(self) -> None:
        one = self.one
        if one.live is None or one.mapping is None or not self._whole:
            return
        if not one.mapping.filter:
            self._passed("filter", msg("No filter is in use for this table."))
        elif one.live.values.get(FILTER_FIELD) is False:
            self._broken("filter", Cause.FILTERED, *kept_out(one))
        else:
            self._passed("filter", msg("“Sync to Marketo” is not No, so the filter lets it through."))

    def _carried(self) -> None:
        """Another record stands for it in Marketo, or a rule leaves it out."""
        one, place = self.one, self.one.place
        if not self._whole or one.live is None:
            return
        master = str(one.live.values.get("_masterid_value") or "").lower() if one.live.values.get("merged") else ""
        if master and one.survivor is not None and one.survivor.state == "skipped":
            self._broken(
                "carried",
                Cause.MERGED,
                msg("It was merged into another record in Dynamics, {id}, which is kept out of Marketo.", id=master),
                msg("Look at that record: ask for {id}.", id=master),
            )
        elif master:
            self._broken(
                "carried",
                Cause.MERGED,
                msg("It was merged into another record in Dynamics, {id}, which stands for it in Marketo.", id=master),
                msg("Look at that record: ask for {id}.", id=master),
            )
        elif place is not None and place.state == "skipped" and place.reason == "folded" and place.carrier is not None:
            _, id_, name = place.carrier
            self._broken(
                "carried",
                Cause.FOLDED,
                msg("The lead was qualified. Its contact “{name}” is the same person in Marketo.", name=name or id_),
                msg("Look at the contact: ask for {id}.", id=id_),
            )
        elif place is not None and place.problem is not None and place.problem.code == JOINED:
            self._broken("carried", Cause.MERGED, place.problem.title, place.problem.cure, JOINED, place.problem.detail)
        elif place is not None and place.state == "skipped" and place.reason in RULES and _seen(one):
            finding, cure = RULES[place.reason] if place.parent or place.reason != Skip.PARENT else BELONGS_TO_NOBODY
            self._broken("carried", Cause.LEFT_OUT, finding, cure, place.reason)

    def _marketo(self) -> None:
        one = self.one
        if len(one.held) > 1:
            ids = ", ".join(str(row.get("id")) for row in one.held)
            finding = msg("Marketo has it more than once, under the same Dynamics id: {ids}.", ids=ids)
            self._broken("match", Cause.DOUBLED, finding, msg("Merge these records in Marketo."))
        elif one.held:
            there = str(one.held[0].get("id") or one.held[0].get("marketoGUID") or "")
            self._passed("match", msg("Marketo has it, by its Dynamics id, as number {id}.", id=there))
        elif one.place is not None and one.place.state in {"acknowledged", "unchanged"}:
            there, gone = one.place.marketo_id, msg("It was in Marketo, and was deleted there.")
            self._broken(
                "match",
                Cause.GONE,
                msg("It was number {id} in Marketo, and is not there any more.", id=there) if there else gone,
                msg(
                    "Somebody deleted or merged it in Marketo. If it belongs there, sync this one record now: it is "
                    "created again."
                ),
            )
        elif self._whole:
            self._look("match", msg("Marketo has nothing under its Dynamics id."))
        strangers = [row for row in one.alike if str(row.get(KEY_FIELD) or "").lower() != one.id]
        if strangers and one.entity in PEOPLE and not one.held:
            whose = ", ".join(str(row.get(KEY_FIELD) or row.get("id")) for row in strangers)
            self._look("match", msg("Marketo has this e-mail address under {whose}.", whose=whose))

    def _ledger(self) -> None:
        """Seen, sent, refused, or waiting."""
        one, place = self.one, self.one.place
        if not self._whole:
            if place is not None and place.sent is not None:
                self._sent(place)
            return
        if place is None:
            self._unread()
        elif one.leaves_list:  # the filter lets it through by now
            self._broken("read", Cause.CHANGED, msg("It changed in Dynamics since the last sync."), _NEXT)
        elif place.state == "problem" and place.problem is not None:
            self._aside(place)
        elif place.state == "outbox":
            self._in_line()
        elif not _seen(one) and not one.held:
            self._broken("read", Cause.CHANGED, msg("It changed in Dynamics since the last sync."), _NEXT)
        else:
            self._passed("read", msg("The sync has seen it."))
            self._sent(place)

    def _unread(self) -> None:
        run = self.one.run
        if run is None:
            finding, cure = msg("Nothing was synced yet."), msg("Start the first sync.")
        elif run.state is not RunState.DONE:
            finding, cure = msg("The sync that is under way has not come to it yet."), msg("Let the sync go on.")
        else:
            finding, cure = msg("It is newer than the last sync, which has not seen it."), _NEXT
        if not self._held_up():
            self._broken("read", Cause.NOT_READ, finding, cure)

    def _aside(self, place: Place) -> None:
        problem = place.problem
        if problem is not None:
            link, cause, finding, cure = set_aside(place, problem, self.one.parent)
            detail = "" if cause is Cause.PARENT else problem.detail
            self._broken(link, cause, finding, cure, problem.code, detail)

    def _in_line(self) -> None:
        if self._held_up():
            return
        finding = msg("It stands in line to be sent, and the sync has not come to it yet.")
        self._broken("waiting", Cause.IN_LINE, finding, msg("Let the sync go on, or sync this one record now."))

    def _held_up(self) -> bool:
        """Whether the sync as a whole stands still."""
        guard = self.one.standstill.guard
        if guard is not None:
            self._broken("waiting", Cause.GUARD, guard.finding.title, guard.finding.cure, guard.code, guard.detail)
        return not self._whole

    def _sent(self, place: Place) -> None:
        if place.sent is None:
            self._passed("sent", msg("Marketo had the same values already: nothing had to be sent."))
        else:
            time = place.sent.strftime("%Y-%m-%d %H:%M UTC")
            self._passed("sent", msg("It was sent last at {time}, by run {run}.", time=time, run=str(place.sent_run)))

    def _marks(self) -> None:
        """A person that is synced is not marked as one that is left out."""
        one = self.one
        marked = [mark for mark in sorted(MARKS) if one.held[0].get(mark)]
        if marked and self._whole and one.entity in PEOPLE:
            finding = msg("Marketo has it marked as left out ({field}), though it is synced.", field=", ".join(marked))
            self._broken("values", Cause.MARKED, finding, _MARK)

    def _values(self) -> None:
        one = self.one
        unequal = [view for view in one.views if not view.equal]
        for name in sorted(one.standstill.columns.get(one.entity, ())):
            title, cure = NOTICES[FIELD_RETYPED].title, NOTICES[FIELD_RETYPED].cure
            self._look("values", msg("“{field}”: {why}", field=name, why=title), cure)
        if unequal and not self._whole:
            names = ", ".join(f"“{view.label}”" for view in unequal[:_NAMED])
            self._look("values", msg("Not the same on both sides, for the reason above: {fields}", fields=names))
        elif not unequal:
            if one.views:
                self._passed("values", msg("All {n} fields are equal on both sides.", n=len(one.views)))
        else:
            self._unequal(unequal)

    def _unequal(self, unequal: Sequence[FieldView]) -> None:
        """Why values differ although nothing else is in the way."""
        one = self.one
        first = min(unequal, key=lambda view: (view.cause is Cause.RULE, view.cause is not None and view.cause.by_rule))
        finding = msg("“{field}” is not the same on both sides. {why}", field=first.label, why=first.finding)
        cause, cure = first.cause or Cause.CHANGED, _CURES.get(first.cause, NOTHING)
        if cause.by_rule:
            self._look("values", finding, cure)
            self._end = self._end or (cause, finding, cure)
        else:
            notices = one.place.notices if one.place is not None else {}
            code = next((code for code in _OF_CHANGES.get(cause, ()) if code in notices), "")
            self._broken("values", cause, finding, cure, code, notices.get(code, ""))

    def _links(self) -> None:
        """The person's company and owner."""
        one, place = self.one, self.one.place
        if one.entity not in PEOPLE or place is None or one.mapping is None:
            return
        if one.mapping.linked and COMPANY_KEPT in place.notices:
            kept = NOTICES[COMPANY_KEPT]
            self._look("company", kept.title, kept.cure)
            self._end = self._end or (Cause.NO_COMPANY, kept.title, kept.cure)
        elif one.mapping.linked and not place.parent and one.held[0].get(COMPANY_KEY):
            finding = msg("Marketo has it in the company {id}, and Dynamics in none.", id=str(one.held[0][COMPANY_KEY]))
            self._look("company", finding, NOTICES[COMPANY_KEPT].cure)
            self._end = self._end or (Cause.OTHER_COMPANY, finding, NOTICES[COMPANY_KEPT].cure)
        elif one.mapping.linked and place.parent and place.parent_entity is Entity.ACCOUNT:
            name = (one.parent.name if one.parent is not None else "") or place.parent
            missing = msg("It is in Marketo without its company “{name}”.", name=name)
            self._link("company", COMPANY_KEY, place.parent, msg("It is linked to its company."), missing)
        if one.owned and place.team:
            self._look("owner", NOTICES["team-owner"].title, NOTICES["team-owner"].cure)
        elif one.owned and place.owner:
            name = (one.owner.name if one.owner is not None else "") or place.owner
            missing = msg("It is in Marketo without its owner “{name}”.", name=name)
            self._link("owner", OWNER_KEY, place.owner, msg("It is linked to its owner."), missing)

    def _link(self, id_: str, key: str, wanted: str, linked: Message, missing: Message) -> None:
        if str(self.one.held[0].get(key) or "").lower() == wanted:
            self._passed(id_, linked)
            return
        cure = msg("Look why: ask for {id}.", id=wanted)
        self._look(id_, missing, cure)
        self._end = self._end or (Cause.NO_COMPANY if key == COMPANY_KEY else Cause.NO_OWNER, missing, cure)

    def _shared(self) -> None:
        if self.one.namesakes:
            whose = ", ".join(self.one.namesakes)
            finding = msg("Dynamics has this e-mail address in other records, too: {whose}.", whose=whose)
            self._look("shared", finding, msg("Merge them in Dynamics if they are one person."))


def _seen(one: Subject) -> bool:
    """Whether the ledger knows the version that Dynamics has now."""
    return one.place is not None and one.live is not None and one.place.version == one.live.version


def _name(record: SourceRecord | None) -> str:
    values = record.values if record is not None else {}
    return str(values.get("fullname") or values.get("name") or "")


_OF_CHANGES: Mapping[Cause, tuple[str, ...]] = {Cause.NOT_TAKEN: (CHANGE_REFUSED, CHANGE_UNFIT)}
"""Codes of notices that say more about changes in Marketo."""
_CURES: Mapping[Cause | None, Message] = {
    Cause.CHANGED: _NEXT,
    Cause.RETURNING: _NEXT,
    Cause.NOT_TAKEN: NOTICES[CHANGE_REFUSED].cure,
    Cause.NOT_ALLOWED: NOTICES[CHANGES_DENIED].cure,
    Cause.OVERWRITTEN: msg(
        "Sync this one record now, and Dynamics' value is sent again. If that changes nothing, look in Marketo under "
        "Admin > Field Management whether updates of the field are blocked."
    ),
    Cause.CONSENT: NOTICES[STAYS_UNSUBSCRIBED].cure,
    Cause.WITHHELD: msg("Correct the value in Dynamics, or sync this one record now to try it again as it is."),
    Cause.FIELD_OUT: msg("Set up again and choose another Marketo field."),
    Cause.REFUSED: msg("Correct the value in Dynamics."),
}
