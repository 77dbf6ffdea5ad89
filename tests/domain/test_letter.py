"""The letter to the colleague who can put things right."""

from __future__ import annotations

import pytest

from dynsync_gui.domain.checks import Check, CheckState, Owner
from dynsync_gui.domain.findings.entra import ENTRA
from dynsync_gui.domain.letter import WRITTEN_TO, letter, owners_of
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.settings import DynamicsSettings, MarketoSettings, Settings, SignIn
from dynsync_gui.domain.text import Message, msg

SETTINGS = Settings(
    DynamicsSettings("https://contoso.crm4.dynamics.com", SignIn.PASSWORD, "sync@contoso.com", "app-id"),
    MarketoSettings("https://123-abc-456.mktorest.com", "api-id"),
)


def check(
    state: CheckState, owner: Owner, words: str = "It is off.", cure: Message | None = None, **more: object
) -> Check:
    return Check(
        f"a.{words}", System.DYNAMICS, state, msg("A thing"), msg(words), cure or msg("Switch it on."), owner, **more
    )


CHECKS = (
    check(CheckState.PASSED, Owner.DYNAMICS_ADMIN, "All is well."),
    check(CheckState.ATTENTION, Owner.DYNAMICS_ADMIN, "Tracking is off.", detail="internal remark"),
    check(
        CheckState.FAILED,
        Owner.DYNAMICS_ADMIN,
        "A right is missing.",
        code="0x80040220",
        ids={"x-ms-service-request-id": "request-1"},
    ),
    check(CheckState.FAILED, Owner.YOU, "Typed wrong."),
    check(CheckState.SKIPPED, Owner.MARKETO_ADMIN),
    check(CheckState.ATTENTION, Owner.NETWORK, "It is slow."),
)


def test_it_says_what_where_why_and_for_whom() -> None:
    written = letter(CHECKS, Owner.DYNAMICS_ADMIN, SETTINGS)
    assert written is not None
    body = written.body
    assert body.index("1. A thing: A right is missing.") < body.index("2. A thing: Tracking is off.")
    assert "Switch it on." in body
    assert "code 0x80040220, x-ms-service-request-id request-1" in body
    assert "admin.powerplatform.microsoft.com" in body
    assert "https://contoso.crm4.dynamics.com" in body
    assert "sync@contoso.com" in body
    assert "app-id" in body
    assert "Typed wrong." not in body
    assert "All is well." not in body
    assert "internal remark" not in body
    assert written.subject.count("\n") == 0


def test_there_is_none_where_there_is_nothing_to_do() -> None:
    assert letter(CHECKS, Owner.MARKETO_ADMIN, SETTINGS) is None
    assert letter(CHECKS, Owner.YOU, SETTINGS) is None
    assert owners_of(CHECKS) == (Owner.DYNAMICS_ADMIN, Owner.NETWORK)


@pytest.mark.parametrize("owner", WRITTEN_TO)
def test_each_colleague_learns_which_system_it_is_about(owner: Owner) -> None:
    written = letter((check(CheckState.FAILED, owner),), owner, SETTINGS)
    assert written is not None
    wanted = {
        Owner.DYNAMICS_ADMIN: "contoso.crm4",
        Owner.ENTRA_ADMIN: "app-id",
        Owner.MARKETO_ADMIN: "api-id",
        Owner.NETWORK: "login.microsoftonline.com",
    }
    assert wanted[owner] in written.body
    assert "Passwords and secrets are not needed" in written.body
    assert max(map(len, written.body.splitlines())) < 400


def test_a_finding_of_the_tables_reads_on() -> None:
    finding = ENTRA[65001]
    found = Check("s", System.DYNAMICS, CheckState.FAILED, msg("Sign-in"), finding.title, finding.cure, finding.owner)
    written = letter((found,), finding.owner, SETTINGS)
    assert written is not None
    assert "Grant admin consent" in written.body
