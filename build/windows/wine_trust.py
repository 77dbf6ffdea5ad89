"""Only in what is built under wine, for trying: lets OpenSSL check certificates by the list of authorities of Windows.

Wine 8's own check accepts anybody by name and nobody by number, so that nothing could be tried with it.
"""

import ssl
from typing import Self

import truststore


class CheckedByOpenSsl(ssl.SSLContext):
    """Trusts what the system's store holds, and what is loaded besides."""

    def __new__(cls, protocol: int) -> Self:  # noqa: D102
        context = super().__new__(cls, protocol)
        context.load_default_certs()
        return context


truststore.SSLContext = CheckedByOpenSsl
