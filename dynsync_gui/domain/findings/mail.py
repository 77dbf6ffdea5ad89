"""What goes wrong when Microsoft is to send a message, in plain words."""

from __future__ import annotations

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.text import msg

VENDOR_MAIL: dict[str, Finding] = {
    "mail-dynamics": Finding(
        msg("Dynamics did not send the message."),
        msg(
            "Have an administrator open this user's mailbox in Dynamics, approve its e-mail address and press "
            "“Test & Enable Mailbox”. Messages to people outside Dynamics have to be allowed in its e-mail settings."
        ),
        Owner.DYNAMICS_ADMIN,
        Retry.NEXT_RUN,
    ),
    "mail-dynamics-right": Finding(
        msg("This user may not send e-mail in Dynamics."),
        msg("Have an administrator add “Send Email as Another User” and the e-mail rights to the security role."),
        Owner.DYNAMICS_ADMIN,
        Retry.NEXT_RUN,
    ),
    "mail-graph": Finding(
        msg("Microsoft 365 did not take the message."),
        msg("Check the address it goes to, and try again."),
        Owner.YOU,
        Retry.NEXT_RUN,
    ),
    "mail-graph-right": Finding(
        msg("Microsoft 365 does not let this account send mail from here."),
        msg("Ask your IT department whether a rule forbids it, or send through a mail server instead."),
        Owner.ENTRA_ADMIN,
        Retry.NEXT_RUN,
    ),
    "mail-graph-mailbox": Finding(
        msg("The account that is signed in has no mailbox in Microsoft 365."),
        msg("Send through Dynamics or through a mail server instead."),
        Owner.YOU,
        Retry.NEXT_RUN,
    ),
    "mail-graph-consent": Finding(
        msg("The app registration may not send mail as the person who signs in."),
        msg("Add “Microsoft Graph / Mail.Send” (delegated) under API permissions and grant admin consent."),
        Owner.ENTRA_ADMIN,
        Retry.NEXT_RUN,
    ),
    "mail-graph-person": Finding(
        msg("Microsoft Graph sends as a person, and an application is signed in to Dynamics."),
        msg("Send through Dynamics or through a mail server, or sign in to Dynamics as a person."),
    ),
    "mail-graph-host": Finding(
        msg("DynSync does not know where the mail service of this Microsoft cloud is."),
        msg("Send through Dynamics or through a mail server instead."),
    ),
}
"""By DynSync's own code."""
