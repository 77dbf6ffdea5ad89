"""Trouble on the way to a vendor: names, connections, certificates, proxies, answers that are none."""

from __future__ import annotations

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.text import msg

NETWORK: dict[str, Finding] = {
    "network.dns": Finding(
        msg("This computer cannot find {host}."),
        msg("Check the address for typing mistakes, and that this computer is connected to the internet."),
        Owner.YOU,
        Retry.NEXT_RUN,
    ),
    "network.refused": Finding(
        msg("{host} refuses connections."),
        msg("Check the address, or ask your network team whether a firewall stands in between."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.unreachable": Finding(
        msg("This computer cannot reach {host}."),
        msg("Check that this computer is connected to the internet, then try again."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.timeout": Finding(
        msg("{host} did not answer in time."),
        msg("Try again in a few minutes. If it stays like this, ask your network team whether {host} is blocked."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.reset": Finding(
        msg("The connection to {host} broke off."),
        msg("Try again in a few minutes. If it keeps happening, show the details to your network team."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.certificate-issuer": Finding(
        msg("{host} showed a certificate that this computer does not trust."),
        msg(
            "If your company inspects traffic, give DynSync its authority file (Company network). "
            "Otherwise do not go on, and tell your network team."
        ),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.certificate-issuer-named": Finding(
        msg("{host} showed a certificate signed by “{issuer}”, which this computer does not trust."),
        msg(
            "If “{issuer}” belongs to your company, give DynSync its authority file (Company network). "
            "Otherwise do not go on, and tell your network team."
        ),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.certificate-name": Finding(
        msg("Something else answers under the address {host}."),
        msg("Check the address. If it is right, tell your network team that the certificate is for another host."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.certificate-expired": Finding(
        msg("The certificate of {host} is out of date."),
        msg("Check the date and time of this computer. If they are right, tell your network team."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.tls": Finding(
        msg("No safe connection to {host} could be made."),
        msg("Show the details to your network team: something on the way does not speak TLS 1.2 or newer."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.ca-bundle": Finding(
        msg("The file with your company's authority cannot be read."),
        msg("Choose another one (Company network). It has to be a PEM file; your network team has it."),
        Owner.YOU,
    ),
    "network.proxy": Finding(
        msg("The proxy {proxy} did not let the connection to {host} through."),
        msg("Ask your network team to allow {host}, or check this computer's proxy settings."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.proxy-kind": Finding(
        msg("The proxy {proxy} is a SOCKS proxy, which DynSync does not use."),
        msg("Ask your network team for another kind of proxy to {host}, and enter it (Company network)."),
        Owner.NETWORK,
    ),
    "network.proxy-sign-in": Finding(
        msg("The proxy {proxy} asks for a user name and password."),
        msg(
            "Enter them (Company network). Or ask your network team to let this computer reach {host} without "
            "signing in."
        ),
        Owner.NETWORK,
    ),
    "network.proxy-account": Finding(
        msg("The proxy {proxy} did not accept the user name and password."),
        msg("Check both (Company network), or ask your network team whether this proxy wants another sign-in."),
        Owner.NETWORK,
    ),
    "network.redirect": Finding(
        msg("{host} sends DynSync on to another address, and DynSync does not follow."),
        msg("Check the address. A sign-in page of your network may stand in between: open it in a browser first."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.html": Finding(
        msg("A web page came back from {host} instead of data."),
        msg("A sign-in or block page of your network may stand in between. Open a browser, then try again."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.not-json": Finding(
        msg("{host} sent something that DynSync cannot read."),
        msg("Try again in a few minutes. If it stays like this, check the address and show the details to support."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
    "network.truncated": Finding(
        msg("An answer of {host} broke off in the middle."),
        msg("Try again in a few minutes. If it keeps happening, show the details to your network team."),
        Owner.NETWORK,
        Retry.NEXT_RUN,
    ),
    "network.too-big": Finding(
        msg("{host} sent far more data than was asked for."),
        msg("Check the address. If it is right, show the details to support."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
    "network.server": Finding(
        msg("{host} has passing trouble."),
        msg("Try again in a few minutes. DynSync does so by itself while a sync runs."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
    "network.busy": Finding(
        msg("{host} asked us to slow down."),
        msg("Try again in a few minutes. DynSync waits by itself while a sync runs."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
    "network.host": Finding(
        msg("DynSync does not talk to {host}, because nobody named it."),
        msg("If this host is yours, have it added to the settings as a trusted host, with its port."),
        Owner.YOU,
    ),
}
"""By DynSync's own code. ``{host}``, ``{proxy}`` and ``{issuer}`` are filled in by `network_finding`.

What a sign-in page of a foreign network causes passes with the network: a computer is carried home again.
"""


def network_finding(code: str, host: str, **values: object) -> Finding:
    """The finding for one host.

    Args:
        code: A key of `NETWORK`.
        host: Host and port as people see them.
        values: ``proxy`` or ``issuer`` where the text names them.
    """
    return filled(NETWORK[code], host=host, **values)
