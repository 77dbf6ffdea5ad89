"""Nothing secret passes, in any form that secrets take on their way; the rest stays readable."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dynsync_gui.system import redaction
from dynsync_gui.system.redaction import GONE, keep_out, redact

CANARY = "CANARY/9f+é &=ü\"'\\x~7Q"


@pytest.fixture(autouse=True)
def own_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_forms", frozenset())
    monkeypatch.setattr(redaction, "_pattern", None)


@pytest.mark.parametrize(
    "text",
    [
        "password=CANARY77",
        "'password': 'CANARY77', 'a': 1",
        '{"client_secret": "CANARY77 with blanks", "a": 1}',
        '{\\"client_secret\\": \\"CANARY77\\"}',
        "client_secret=CANARY77&grant_type=client_credentials",
        "GET /identity/oauth/token?client_id=a&client_secret=CANARY77 HTTP/1.1",
        "access_token: CANARY77",
        "https://x/rest?access_token=CANARY77&a=b",
        "Authorization: Bearer CANARY77.abc",
        "'authorization': 'Bearer CANARY77'",
        "{'Authorization': b'Basic CANARY77=='}",
        "Proxy-Authorization: Basic CANARY77",
        "Set-Cookie: ARRAffinity=CANARY77; path=/",
        "sent Bearer CANARY7712",
        "eyJhbGciOiJSUzI1NiJ9.eyJCANARY77.CANARY77",
        "Secrets(dynamics_password='CANARY77')",
        "DYNSYNC_MARKETO_CLIENT_SECRET=CANARY77",
        "client_assertion=CANARY77",
        "via http://user:CANARY77@proxy.corp.example:3128/",
    ],
)
def test_structure_tells_what_is_secret(text: str) -> None:
    assert "CANARY77" not in redact(text)
    assert GONE in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "1,812 people created, 140 updated in 12 s",
        "HTTP 429 for GET https://contoso.crm.dynamics.com/api/data/v9.2/contacts?$top=5",
        "The keychain item of this profile cannot be understood.",
        "tokens: Bearer realm",
        "lead 0f3c2a10-1111-4222-8333-444455556666 refused: 1003",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert redact(text) == text


def forms(value: str) -> dict[str, str]:
    raw = value.encode()
    return {
        "plain": value,
        "url": quote(value, safe=""),
        "form": quote_plus(value),
        "query": urlencode({"q": value}),
        "json": json.dumps([value]),
        "json unicode": json.dumps([value], ensure_ascii=False),
        "repr": repr([value]),
        "bytes": repr(raw),
        "base64": base64.b64encode(raw).decode(),
        "basic": base64.b64encode(b"user:" + raw).decode(),
        "basic, one on": base64.b64encode(b"user2:" + raw + b"more").decode(),
        "basic, two on": base64.urlsafe_b64encode(b"user22:" + raw).decode(),
        "utf-16": base64.b64encode(value.encode("utf-16-le")).decode(),
    }


@pytest.mark.parametrize("kind", forms(CANARY))
def test_a_registered_value_goes_in_each_of_its_forms(kind: str) -> None:
    text = f"x{forms(CANARY)[kind]}x"
    assert redact(text) == text, "the structure alone does not see it"
    keep_out([CANARY])
    assert GONE in redact(text)
    core = forms(CANARY)[kind].strip("=[]'\"")
    assert core not in redact(text)


@given(st.text(min_size=8, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_text_around_it_saves_a_value(value: str, before: str, after: str) -> None:
    assume(value not in before + after and value not in GONE)
    keep_out([value])
    assert value not in redact(f"{before}|{value}|{after}").replace(GONE, "")


def test_short_values_leave_the_text_alone() -> None:
    keep_out(["abc", "secret1"])
    assert redact("abc secret1 abc") == "abc secret1 abc"


def test_the_longer_of_two_values_goes_whole() -> None:
    keep_out(["12345678", "12345678-and-more"])
    assert redact("12345678-and-more") == GONE
