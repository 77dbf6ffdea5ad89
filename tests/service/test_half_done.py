"""What is kept of a set-up that is left half-way, until one is finished."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.events import ProfileRead
from dynsync_gui.domain.settings import DynamicsSettings, EnableSettings, MarketoSettings, NetworkSettings, Settings
from dynsync_gui.domain.setup import HalfDone, Step, half_done
from dynsync_gui.system.secrets import SecretSource
from tests.service.conftest import Desk


def test_it_is_kept_without_secrets_and_forgotten_when_a_set_up_is_finished(desk: Desk) -> None:
    left = half_done(desk.settings, Step.FIELDS)
    assert isinstance(desk.service.keep_half_done(left).wait(60), ProfileRead)
    written = (desk.folder / "setup.toml").read_text(encoding="utf-8")
    assert not any(secret in written for secret in desk.secrets.values())
    again = open_service(Options(desk.folder, SecretSource.SESSION))
    found = again.read_profile().wait(60)
    again.close()
    assert isinstance(found, ProfileRead)
    assert found.settings is None
    assert found.half_done == left
    assert not left.settings.enable.accept
    desk.service.keep(desk.settings, desk.secrets, session_only=True).wait(60)
    assert not (desk.folder / "setup.toml").exists()


def test_a_file_that_cannot_be_read_is_no_hindrance(desk: Desk) -> None:
    desk.folder.mkdir()
    for content in (b"\xff", b"step = 'elsewhere'", b"step = 'fields'\n[dynamics]\nurl = 'nonsense'", b"["):
        (desk.folder / "setup.toml").write_bytes(content)
        found = desk.service.read_profile().wait(60)
        assert isinstance(found, ProfileRead)
        assert found.half_done is None


def test_what_is_half_typed_is_left_out() -> None:
    typed = Settings(
        DynamicsSettings("contoso.crm4.dynamics.com/main.aspx", client_id="app"),
        MarketoSettings("123-abc"),
        NetworkSettings(proxy="http://user:password@proxy:1", proxy_username="u"),
        enable=EnableSettings("admin@contoso.com", accept=True),
    )
    exact = replace(
        typed,
        dynamics=replace(typed.dynamics, url="https://contoso.crm4.dynamics.com"),
        marketo=MarketoSettings(""),
        network=NetworkSettings(proxy_username="u"),
        enable=EnableSettings("admin@contoso.com"),
    )
    assert half_done(typed, Step.CREDENTIALS) == HalfDone(exact, Step.CREDENTIALS)
