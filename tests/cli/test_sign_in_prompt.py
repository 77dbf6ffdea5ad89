"""Whoever has to sign in reads how, on stderr, and the command waits longer for that."""

from __future__ import annotations

import pytest

from dynsync_gui.cli.session import prompt_text
from dynsync_gui.domain.events import SignInPrompt
from dynsync_gui.domain.settings import SignIn


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        (
            SignInPrompt(1, SignIn.DEVICE, "https://microsoft.com/devicelogin", "ABCD1234", 900),
            ("https://microsoft.com/devicelogin", "ABCD1234", "15 minutes"),
        ),
        (
            SignInPrompt(1, SignIn.BROWSER, "https://login.microsoftonline.com/x?y={z}", "", 30, kept=False),
            ("https://login.microsoftonline.com/x?y={z}", "1 minute.", "no protected place"),
        ),
    ],
)
def test_the_words(prompt: SignInPrompt, parts: tuple[str, ...]) -> None:
    for part in parts:
        assert part in prompt_text(prompt)
