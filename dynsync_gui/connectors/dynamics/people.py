"""What the sign-ins of people have in common."""

from __future__ import annotations

from typing import Any

import msal

from dynsync_gui.connectors.dynamics.access import Access
from dynsync_gui.connectors.dynamics.msal_http import MsalHttp
from dynsync_gui.connectors.dynamics.refusals import refused, sign_in_failed
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.ports.listening import OnPrompt


def options(authority: str, web: MsalHttp) -> dict[str, Any]:
    """How each application object is made; where to sign in is known, so nobody is asked for it."""
    return {"authority": authority, "http_client": web, "instance_discovery": False}


def public_app(client_id: str, authority: str, web: MsalHttp, access: Access) -> Any:
    """A new application object over the kept tokens of people."""
    return msal.PublicClientApplication(client_id, token_cache=access.cache, **options(authority, web))


def without_asking(app: Any, username: str, scope: str, access: Access) -> tuple[dict[str, Any] | None, OnPrompt]:
    """A token from an earlier sign-in, and else whom to ask.

    Args:
        app: msal's application.
        username: Whose; empty for whoever signed in.
        scope: What for.
        access: Surroundings.

    Returns:
        msal's answer where it holds a token, and the prompt to use otherwise.

    Raises:
        ConnectionFailed: There is none, and nobody can be asked.
        TemporaryFailure: Microsoft could not be asked whether the earlier sign-in still holds.
    """
    accounts = app.get_accounts(username or None)
    answer = app.acquire_token_silent_with_error([scope], account=accounts[0]) if accounts else None
    if answer and answer.get("access_token"):
        return dict(answer), _nobody
    failure = refused(answer) if answer else sign_in_failed("sign-in.needed")
    if isinstance(failure, TemporaryFailure) or access.prompt is None:
        raise failure
    return None, access.prompt


def _nobody(_prompt: object) -> None:
    """Nobody has to be asked."""
