"""The few web pages of the rehearsal's Entra: real forms, so that a browser can use them, too."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px sans-serif;max-width:26em;margin:4em auto}}input{{display:block;margin:.5em 0}}</style></head>
<body><h1>{title}</h1>{body}</body></html>"""


def form(title: str, action: str, hidden: Mapping[str, str], asked: Mapping[str, str], buttons: Mapping[str, str],
         trouble: str = "") -> Answer:  # fmt: skip
    """A page with a form.

    Args:
        title: Heading.
        action: Where it goes, by POST.
        hidden: Fields that nobody sees.
        asked: Fields to fill in, by name, with their kind (``text`` or ``password``).
        buttons: Values of the field ``step``, with their labels.
        trouble: What was wrong with the last attempt.
    """
    rows = [f'<p role="alert">{escape(trouble)}</p>'] if trouble else []
    rows += [f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()]
    rows += [
        f'<label>{escape(name)}<input type="{kind}" name="{escape(name)}"></label>' for name, kind in asked.items()
    ]
    rows += [f'<button name="step" value="{escape(step)}">{escape(label)}</button>' for step, label in buttons.items()]
    return _page(title, f'<form method="post" action="{escape(action)}">{"".join(rows)}</form>')


def handed_over(address: str, fields: Mapping[str, str]) -> Answer:
    """The page of ``response_mode=form_post``: it sends itself to the program."""
    rows = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    submit = "<noscript><button>Continue</button></noscript><script>document.forms[0].submit()</script>"
    return _page("Working...", f'<form method="post" action="{escape(address)}">{rows}{submit}</form>')


def said(title: str, text: str, status: int = 200) -> Answer:
    """A page that only tells something."""
    return _page(title, f"<p>{escape(text)}</p>", status)


def _page(title: str, body: str, status: int = 200) -> Answer:
    page = _PAGE.format(title=escape(title), body=body)
    answer = Answer(page, status=status, content_type="text/html; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store, no-cache"
    return answer
