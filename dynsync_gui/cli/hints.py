"""How a cure is carried out without a window: the option or the key that stands for what the window asks."""

from __future__ import annotations

from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.findings.marketo import NATIVE_SYNC
from dynsync_gui.domain.findings.network import NETWORK
from dynsync_gui.domain.findings.sign_in import SIGN_IN
from dynsync_gui.domain.guards import CONFIRM, TYPE_NAME
from dynsync_gui.domain.text import Message, msg

_OPTION = msg('On the command line: --accept-identity "{name}"')
_AUTHORITY = msg("In the answers file: ca_bundle below [network].")
_ACCOUNT = msg("In the answers file: proxy_username below [network]; DynSync asks for the password.")
_HOST = msg("In the answers file: trusted_hosts below [network].")

_HINTS = {
    CONFIRM.text: _OPTION,
    TYPE_NAME.text: _OPTION,
    NATIVE_SYNC.cure.text: msg('In the answers file: native_sync = "people" below [enable].'),
    NETWORK["network.ca-bundle"].cure.text: _AUTHORITY,
    NETWORK["network.certificate-issuer"].cure.text: _AUTHORITY,
    NETWORK["network.certificate-issuer-named"].cure.text: _AUTHORITY,
    NETWORK["network.proxy-sign-in"].cure.text: _ACCOUNT,
    NETWORK["network.proxy-account"].cure.text: _ACCOUNT,
    NETWORK["network.proxy-kind"].cure.text: msg("In the answers file: proxy below [network]."),
    SIGN_IN["sign-in.needed"].cure.text: msg("Or run dynsync check at a terminal."),
    DATAVERSE["dynamics.sign-in-host"].cure.text: _HOST,
    NETWORK["network.host"].cure.text: _HOST,
}
"""By the English text of the cure, which stays the same whatever is filled in."""


def cure_here(cure: Message) -> str:
    """A cure for who reads it at the command line."""
    hint = _HINTS.get(cure.text)
    return f"{cure} {Message(hint.text, cure.values)}" if hint else str(cure)
