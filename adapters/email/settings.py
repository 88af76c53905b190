"""What the `email` section must hold before mail can leave."""

from __future__ import annotations

from ipaddress import ip_address

from adapters.email.mails import Names
from bot.email_settings import Email
from bot.errors import ConfigError
from bot.mailing import list_id
from bot.settings import Settings

LIST_NAME = "Human Rights Cities"


def checked(settings: Settings) -> Email:
    """Return the section when everything that its mode needs is there.

    Raises:
        ConfigError: something is missing; names the key and the fix.
    """
    email = settings.email
    if not email.from_address:
        raise ConfigError("email.from_address (not set): mail needs a sender; write one such as news@example.org")
    if email.mode == "own" and not settings.web.is_on:
        raise ConfigError(
            "email.mode own (web.public_url not set): mail links to pages where people confirm and leave; set "
            "web.public_url, or name a list that another program keeps (email.mode address)"
        )
    if email.mode != "own" and not email.list_address:
        raise ConfigError(f"email.list_address (not set): mode {email.mode} sends to it; write the list's address")
    if email.mode == "mailman" and not (email.mailman_url and email.mailman_user.get_secret_value()):
        raise ConfigError("email.mailman_url (not set): mode mailman needs it, and MAILMAN_USER and MAILMAN_PASSWORD")
    if email.user and email.tls == "none" and not _is_here(email.host):
        raise ConfigError("email.tls none: the password would travel in the clear; write starttls or tls")
    return email


def names_of(settings: Settings) -> Names:
    """Return under which names mail goes out."""
    email = settings.email
    return Names(
        email.from_address, email.from_name, list_id(email), email.from_name or LIST_NAME, email.bounce_address
    )


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
