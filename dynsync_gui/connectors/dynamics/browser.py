"""Sign-in in the browser of this computer: authorization code with PKCE over a loopback port."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from dynsync_gui.connectors.dynamics.access import Access
from dynsync_gui.connectors.dynamics.loopback import LoopbackReceiver
from dynsync_gui.connectors.dynamics.msal_http import MsalHttp
from dynsync_gui.connectors.dynamics.people import public_app, without_asking
from dynsync_gui.connectors.dynamics.refusals import sign_in_failed
from dynsync_gui.connectors.http.hosts import netloc
from dynsync_gui.domain.addresses import SIGN_IN_HOSTS
from dynsync_gui.domain.prompts import Prompt
from dynsync_gui.domain.settings import SignIn


class BrowserMethod:
    """A person in a browser; second steps and company rules work there."""

    def __init__(self, client_id: str, username: str, access: Access) -> None:
        self._client_id, self._username, self._access = client_id, username, access

    def ask(self, authority: str, resource: str, permission: str, web: MsalHttp) -> dict[str, Any]:
        """See `methods.Method`.

        msal's own interactive sign-in cannot be cancelled, so that its two halves are used, and our own port.

        Raises:
            ConnectionFailed: Nobody came in time, or nobody can be asked.
            Cancelled: The work was cancelled; the port is closed by then.
        """
        access, scope = self._access, f"{resource}/{permission}"
        app = public_app(self._client_id, authority, web, access)
        answer, prompt = without_asking(app, self._username, scope, access)
        if answer is not None:
            return answer
        try:
            receiver = LoopbackReceiver(access.token)
        except OSError:
            raise sign_in_failed("sign-in.port") from None
        with receiver:
            flow = app.initiate_auth_code_flow(
                [scope],
                redirect_uri=receiver.redirect,
                response_mode="form_post",
                prompt=None if self._username else "select_account",
                login_hint=self._username or None,
            )
            if not _is_trusted(flow["auth_uri"], authority):
                raise sign_in_failed("sign-in.strange-page")
            began = time.monotonic()
            prompt(Prompt(SignIn.BROWSER, flow["auth_uri"], "", access.seconds, access.kept))
            access.open_browser(flow["auth_uri"])
            try:
                fields = receiver.wait(flow["state"], access.seconds)
            except TimeoutError:
                raise sign_in_failed("sign-in.timeout") from None
            finally:
                prompt(None)
                web.patience.forgive(began)
        # Nothing that came by the browser but these is of any use, and client_info would be believed.
        wanted = {name: fields[name] for name in ("code", "state", "error", "error_description") if name in fields}
        return dict(app.acquire_token_by_auth_code_flow(flow, wanted))


def _is_trusted(page: str, authority: str) -> bool:
    """Whether the page is where passwords belong: at the authority itself, or at another host of Microsoft's."""
    host = netloc(urlsplit(page))
    return bool(host) and (host == netloc(urlsplit(authority)) or host in SIGN_IN_HOSTS)
