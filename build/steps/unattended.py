"""A set-up without a question, for systems that are not there: what it is told is kept before the first call."""

SECRETS = {"DYNSYNC_DYNAMICS_CLIENT_SECRET": "a" * 40, "DYNSYNC_MARKETO_CLIENT_SECRET": "b" * 32}


def answers(dynamics: str, marketo: str) -> str:
    """An answers file.

    Args:
        dynamics: Host, and port.
        marketo: Host, and port.
    """
    return f"""\
[dynamics]
url = "https://{dynamics}"
sign_in = "application"
client_id = "11111111-2222-3333-4444-555555555555"
tenant = "22222222-3333-4444-5555-666666666666"
[marketo]
endpoint = "https://{marketo}/rest"
client_id = "33333333-4444-5555-6666-777777777777"
[network]
trusted_hosts = ["{dynamics}", "{marketo}"]
[enable]
email = "admin@contoso.com"
accept = true
"""
