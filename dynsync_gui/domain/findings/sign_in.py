"""What can keep a sign-in back before or beside Microsoft's own answer, in plain words."""

from __future__ import annotations

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.text import msg

SIGN_IN: dict[str, Finding] = {
    "sign-in.timeout": Finding(
        msg("The sign-in in the browser was not finished in time."),
        msg("Start it again. If the page showed a message instead of letting you in, show it to your IT department."),
        retry=Retry.NEXT_RUN,
    ),
    "sign-in.cancelled": Finding(
        msg("The sign-in in the browser was cancelled."), msg("Start it again and go through to the end.")
    ),
    "sign-in.stopped": Finding(msg("You stopped the sign-in."), msg("Try again when you are ready to sign in.")),
    "sign-in.code-expired": Finding(
        msg("The code for the sign-in has expired."), msg("Ask for a new code and enter it within its time.")
    ),
    "sign-in.needed": Finding(
        msg("A person has to sign in to Dynamics again."),
        msg("Test the connections on the first page of the set-up: you are asked to sign in there."),
    ),
    "sign-in.strange-page": Finding(
        msg("Microsoft named a page for the sign-in that DynSync does not trust."),
        msg("Try again, or sign in with an application (client id and secret)."),
        Owner.VENDOR,
    ),
    "sign-in.port": Finding(
        msg("This computer does not let DynSync wait for the browser's answer."),
        msg("Choose the sign-in with a code instead, which needs no port."),
    ),
    "sign-in.tenant": Finding(
        msg("What is entered as the tenant is neither an id nor a domain."),
        msg("Copy “Directory (tenant) ID” from Entra > Overview, or leave it empty."),
    ),
    "sign-in.whole-name": Finding(
        msg("Microsoft does not know a user name with a backslash."),
        msg("Enter it as name@contoso.com: it stands in Dynamics under your picture, or ask your IT department."),
    ),
    "certificate.missing": Finding(
        msg("The certificate file “{file}” is not there or cannot be read."),
        msg("Check its path. It has to hold the certificate and its key, as PEM or PFX."),
    ),
    "certificate.unreadable": Finding(
        msg("“{file}” holds no certificate that DynSync can read."),
        msg("Export the certificate with its private key, as PEM or PFX, and choose that file."),
    ),
    "certificate.key": Finding(
        msg("“{file}” holds a certificate, but not its private key."),
        msg("Export the certificate together with its private key, as PEM or PFX, and choose that file."),
    ),
    "certificate.kind": Finding(
        msg("The key in “{file}” is of a kind that Microsoft does not take."),
        msg("Make a certificate with an RSA key of 2,048 bits or more."),
    ),
    "certificate.password": Finding(
        msg("The password of the certificate file “{file}” is missing or wrong."),
        msg("Enter the file's password in the place of the client secret."),
    ),
    "certificate.expired": Finding(
        msg("The certificate expired on {day}."),
        msg("Make a new one, upload it in Entra under Certificates & secrets, and choose its file here."),
        Owner.ENTRA_ADMIN,
    ),
    "certificate.not-yet": Finding(
        msg("The certificate holds only from {day} on."),
        msg("Check the date and time of this computer, or use another certificate."),
    ),
    "discovery.person": Finding(
        msg("Only a person can be shown a list of environments."),
        msg("Choose the sign-in with the browser or with a code, or enter the address of your Dynamics."),
    ),
    "discovery.refused": Finding(
        msg("Microsoft did not list the environments that you may use."),
        msg("Enter the address of your Dynamics: it stands in the browser when Dynamics is open."),
        Owner.VENDOR,
        Retry.NEXT_RUN,
    ),
}
"""By DynSync's own code; ``{file}`` and ``{day}`` are filled in."""
