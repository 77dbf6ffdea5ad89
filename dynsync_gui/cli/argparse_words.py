"""What Python says by itself about the command line, in the language that DynSync speaks.

`argparse` looks its texts up by `gettext`'s own functions, which find a catalogue by variables of the environment.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager

from dynsync_gui.domain.text import language, msg
from dynsync_gui.system.resources import resources_folder

_WORDS = (
    msg("usage: "),
    msg("positional arguments"),
    msg("options"),
    msg("show this help message and exit"),
    msg("show program's version number and exit"),
    msg("%(prog)s: error: %(message)s\n"),
    msg("argument %(argument_name)s: %(message)s"),
    msg("unrecognized arguments: %s"),
    msg("the following arguments are required: %s"),
    msg("one of the arguments %s is required"),
    msg("not allowed with argument %s"),
    msg("expected one argument"),
    msg("expected at most one argument"),
    msg("ignored explicit argument %r"),
    msg("invalid %(type)s value: %(value)r"),
    msg("invalid choice: %(value)r (choose from %(choices)s)"),
)
"""Texts of `argparse`, marked so that the catalogue has them."""


@contextmanager
def argparse_translated() -> Iterator[None]:
    """Let `argparse` speak as DynSync does meanwhile."""
    gettext.bindtextdomain("dynsync", str(resources_folder() / "translations"))
    domain, wanted = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.textdomain("dynsync")
    os.environ["LANGUAGE"] = language()
    try:
        yield
    finally:
        gettext.textdomain(domain)
        del os.environ["LANGUAGE"]
        if wanted is not None:
            os.environ["LANGUAGE"] = wanted
