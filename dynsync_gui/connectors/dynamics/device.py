"""Sign-in with a code on any device (RFC 8628), for a computer without a browser."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from dynsync_gui.connectors.dynamics.access import Access
from dynsync_gui.connectors.dynamics.msal_http import MsalHttp
from dynsync_gui.connectors.dynamics.people import public_app, without_asking
from dynsync_gui.connectors.dynamics.refusals import sign_in_failed
from dynsync_gui.domain.prompts import Prompt
from dynsync_gui.domain.settings import SignIn

_GO_ON = {"authorization_pending", "slow_down"}
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_LONGEST_LIFE = 3600.0


class DeviceMethod:
    """A person who enters a code elsewhere."""

    def __init__(self, client_id: str, username: str, access: Access) -> None:
        self._client_id, self._username, self._access = client_id, username, access

    def ask(self, authority: str, resource: str, permission: str, web: MsalHttp) -> dict[str, Any]:
        """See `methods.Method`.

        Raises:
            ConnectionFailed: The code expired, or nobody can be asked.
            Cancelled: The work was cancelled.
        """
        access, scope = self._access, f"{resource}/{permission}"
        app = public_app(self._client_id, authority, web, access)
        answer, prompt = without_asking(app, self._username, scope, access)
        if answer is not None:
            return answer
        flow = app.initiate_device_flow([scope])
        if not flow.get("user_code"):
            return dict(flow)
        address = str(flow.get("verification_uri") or flow.get("verification_url") or "")
        if urlsplit(address).scheme != "https":
            raise sign_in_failed("sign-in.strange-page")
        life = min(float(flow["expires_in"]), _LONGEST_LIFE)
        forgiven = time.monotonic()
        ends = forgiven + life
        prompt(Prompt(SignIn.DEVICE, address, str(flow["user_code"]), life, access.kept))
        try:
            while (left := ends - time.monotonic()) > 0:
                pause = min(max(float(flow["interval"]), _SHORTEST_PAUSE), _LONGEST_PAUSE, left)
                access.token.wait(pause)
                forgiven = web.patience.forgive(forgiven)
                # One question at a time: msal's own loop sleeps, and could not be cancelled at once.
                answer = dict(app.acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True))
                forgiven = web.patience.forgive(forgiven)
                if answer.get("error") not in _GO_ON:
                    return answer
        finally:
            prompt(None)
        raise sign_in_failed("sign-in.code-expired")
