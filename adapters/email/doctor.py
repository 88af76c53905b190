"""What `hrc-bot doctor` asks of the mail relay, and of Mailman where it keeps the list. No mail is sent."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.email.mailman import Mailman
from adapters.email.relay import Unreachable, connected
from adapters.email.settings import checked
from bot.doctor import Check
from bot.domain.chapters import Follow
from bot.email_settings import Email
from bot.errors import ConfigError
from bot.settings import Settings

_CAUSES = {
    "relay_login": ("it refuses the login", "Look at email.user and EMAIL_SMTP_PASSWORD."),
    "relay_encryption": ("it offers no encryption that can be trusted", "Look at email.tls, and at its certificate."),
    "relay_refuses": ("it refuses this machine", "Ask whoever runs the relay to let this machine send."),
    "relay_away": ("it cannot be reached", "Look at email.host and email.port, and at the firewall."),
}


async def examined(settings: Settings, follows: Sequence[Follow]) -> list[Check]:  # noqa: ARG001 - as all platforms
    """Return what the relay says about connection, encryption and login, and what only a received mail shows."""
    try:
        email = checked(settings)
    except ConfigError as error:
        return [Check("email", "fault", str(error))]
    checks = [await _relay(email)]
    if email.mode == "mailman":
        checks.append(await _mailman(email))
    if email.mode == "own":
        checks += [_bounces(email), _signature()]
    return checks


async def _relay(email: Email) -> Check:
    try:
        client = await connected(email)
    except Unreachable as error:
        said, fix = _CAUSES[str(error)]
        return Check("mail relay", "fault", said, fix)
    client.close()
    how = {"starttls": "encrypted (STARTTLS)", "tls": "encrypted", "none": "in the clear"}[email.tls]
    login = f", logged in as {email.user}" if email.user else ", without login"
    return Check("mail relay", "ok", f"{email.host} can be reached, {how}{login}")


async def _mailman(email: Email) -> Check:
    try:
        return Check("mailman", "ok", f"keeps {await Mailman(email).checked()}")
    except ConfigError as error:
        return Check("mailman", "fault", str(error))


def _bounces(email: Email) -> Check:
    if email.bounce_address:
        return Check("mail that comes back", "ok", f"goes to {email.bounce_address}")
    fix = "Set email.bounce_address and hand its mail to `hrc-bot email bounce`; see docs/email.md."
    return Check("mail that comes back", "warning", "nobody reads it, so dead addresses stay on the list", fix)


def _signature() -> Check:
    said = "only a received mail shows whether it covers List-Unsubscribe and List-Unsubscribe-Post"
    fix = "Save a mail of the list from your mailbox and run `hrc-bot email signed < mail`."
    return Check("mail signature (DKIM)", "warning", said, fix)
