"""The proxy of this computer's settings, automatic configuration (PAC) included, as Qt finds it out."""

from __future__ import annotations

from urllib.parse import quote

from PySide6.QtCore import QUrl
from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery

_KIND = QNetworkProxy.ProxyType
_SCHEMES = {_KIND.HttpProxy: "http", _KIND.HttpCachingProxy: "http", _KIND.Socks5Proxy: "socks5"}
_DIRECT = {_KIND.NoProxy, _KIND.DefaultProxy}


def qt_proxy(url: str) -> str | None:
    """The proxy for an address; None for a direct connection.

    Qt may run a script for it that is first fetched from the network, so this is never called on the window's thread;
    any other thread may (Qt guards what it shares). PySide lets no other Python run meanwhile, so whoever
    asks keeps the answer for a while.

    Args:
        url: Absolute, https.
    """
    found = QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(url)))
    usable = [proxy for proxy in found if proxy.type() in _DIRECT or _SCHEMES.get(proxy.type()) == "http"]
    for proxy in usable or found:  # the system's order of preference; what DynSync cannot use comes last, and is told
        if proxy.type() in _DIRECT:
            return None
        if proxy.type() in _SCHEMES:
            return f"{_SCHEMES[proxy.type()]}://{_account(proxy)}{proxy.hostName()}:{proxy.port()}"
    return None


def _account(proxy: QNetworkProxy) -> str:
    if not proxy.user():
        return ""
    return f"{quote(proxy.user(), safe='')}:{quote(proxy.password(), safe='')}@"
