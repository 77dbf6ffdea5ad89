"""The objects that every instance has beside persons: what they hold, and what they may refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.errors import RecordError
from dynsync_gui.simulators.marketo.fields import Catalogue
from dynsync_gui.simulators.marketo.objects import ObjectKind
from dynsync_gui.simulators.marketo.records import RecordStore

if TYPE_CHECKING:
    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.marketo.records import Record

_COMPANY, _SELLER, _OPPORTUNITY = "externalCompanyId", "externalSalesPersonId", "externalOpportunityId"
_MOMENTS = ("createdAt", "updatedAt")


class Kinds:
    """Companies, sales persons, opportunities and roles of one instance.

    Attributes:
        persons: Person records, which the others refer to and are referred to by.
        companies: Known by ``externalCompanyId``.
        sellers: Sales persons, known by ``externalSalesPersonId``.
        opportunities: Known by ``externalOpportunityId``.
        roles: What persons are to opportunities, known by opportunity, person and role.
    """

    companies: ObjectKind
    sellers: ObjectKind
    opportunities: ObjectKind
    roles: ObjectKind

    def __init__(self, clock: Clock) -> None:
        # Every person is in the one partition that an instance has to begin with.
        self.persons = RecordStore(clock, 1001, {"leadPartitionId": 1})
        self.persons.index(["email", _COMPANY, _SELLER])
        moment = clock.stamp()
        self.companies = _kind(
            clock, "company", "Company", (_COMPANY,), ("company",), moment, first=501,
            links=self._owner_exists,
            in_use=lambda record: self._referred(_COMPANY, record, self.persons, self.opportunities.store),
        )  # fmt: skip
        self.sellers = _kind(
            clock, "salesperson", "Sales Person", (_SELLER,), ("email", "firstName", "lastName"), moment, first=71,
            in_use=lambda record: self._referred(
                _SELLER, record, self.persons, self.companies.store, self.opportunities.store
            ),
        )  # fmt: skip
        self.opportunities = _kind(
            clock, "opportunity", "Opportunity", (_OPPORTUNITY,), (), moment, guids=True, needs=("name",),
            links=self._parents_exist,
            in_use=lambda record: self._referred(_OPPORTUNITY, record, self.roles.store),
        )  # fmt: skip
        self.roles = _kind(
            clock, "role", "Opportunity Role", (_OPPORTUNITY, "leadId", "role"), (), moment, guids=True,
            links=self._both_ends_exist,
        )  # fmt: skip
        self.roles.store.index([_OPPORTUNITY, "leadId"])
        self.companies.store.index([_SELLER])
        self.opportunities.store.index([_COMPANY, _SELLER])

    def check_owner(self, value: Any) -> None:
        """Refuses the id of a sales person that does not exist."""
        if value is not None and not self.sellers.store.has(_SELLER, value):
            raise RecordError("718", f"ExternalSalesPersonID '{value}' not found")

    def check_company(self, value: Any) -> None:
        """Refuses the id of a company that does not exist."""
        if value is not None and not self.companies.store.has(_COMPANY, value):
            raise RecordError("1003", f"Company with externalCompanyId '{value}' not found")

    def _owner_exists(self, values: Record) -> None:
        self.check_owner(values.get(_SELLER))

    def _parents_exist(self, values: Record) -> None:
        self.check_owner(values.get(_SELLER))
        self.check_company(values.get(_COMPANY))

    def _both_ends_exist(self, values: Record) -> None:
        if "leadId" in values and self.persons.get(values["leadId"]) is None:
            raise RecordError("1004", f"Lead '{values['leadId']}' not found")
        if _OPPORTUNITY in values and not self.opportunities.store.has(_OPPORTUNITY, values[_OPPORTUNITY]):
            raise RecordError("1013", f"Opportunity '{values[_OPPORTUNITY]}' not found")

    @staticmethod
    def _referred(name: str, record: Record, *stores: RecordStore) -> bool:
        return any(store.has(name, record.get(name, "")) for store in stores)


def _kind(
    clock: Clock,
    of: str,
    label: str,
    keys: tuple[str, ...],
    shown: tuple[str, ...],
    moment: str,
    *,
    first: int = 1,
    guids: bool = False,
    **more: Any,
) -> ObjectKind:
    store = RecordStore(clock, first, guids=of if guids else "")
    about = {
        "name": label.replace(" ", ""),
        "displayName": label,
        "description": label,
        "createdAt": moment,
        "updatedAt": moment,
    }
    return ObjectKind(about, Catalogue(clock, of), store, keys, (store.id_field, *keys, *shown, *_MOMENTS), **more)
