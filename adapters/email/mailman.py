"""Membership in a list that Mailman 3 keeps, over its REST interface; the library waits, so it works in threads.

Source: Mailman core 3.3, "REST interface": 409 for somebody who is a member already, 404 for who is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import structlog
from mailmanclient import Client, MailingList, MailmanConnectionError

from bot.email_settings import Email
from bot.errors import ConfigError, DeliveryDelayed, DeliveryRefused
from bot.outgoing import looked_up
from bot.ports import Problem

log = structlog.get_logger("adapters.email")

WAITS_S = 300.0
_HAS_IT = (404, 409)  # what was wanted is so already


class Mailman:
    """The list named by `email.list_address`."""

    def __init__(self, settings: Email) -> None:
        self._address = settings.list_address
        user, password = settings.mailman_user.get_secret_value(), settings.mailman_password.get_secret_value()
        self._host = urlsplit(settings.mailman_url).hostname or ""
        self._client = Client(settings.mailman_url, user, password, request_hooks=[_no_redirect])

    async def subscribe(self, address: str) -> None:
        """Ask for membership; Mailman asks the owner to confirm, as its list is set up.

        Raises:
            DeliveryDelayed: Mailman cannot be reached.
            DeliveryRefused: it does not take the address.
        """
        await self._do(lambda found: found.subscribe(address, pre_verified=False, pre_confirmed=False))

    async def unsubscribe(self, address: str) -> None:
        """End the membership at once."""
        await self._do(lambda found: found.unsubscribe(address, pre_confirmed=True, pre_approved=True))

    async def checked(self) -> str:
        """Return the list's name.

        Raises:
            ConfigError: Mailman or the list cannot be used; says which setting is to blame.
        """
        try:
            await looked_up(self._host)
            return str((await asyncio.to_thread(self._client.get_list, self._address)).fqdn_listname)
        except HTTPError as error:
            raise ConfigError(_refusal(error.code, self._address)) from None
        except (MailmanConnectionError, OSError):
            raise ConfigError("email.mailman_url: Mailman cannot be reached there; is its REST server on?") from None

    async def _do(self, act: Callable[[MailingList], object]) -> None:
        try:
            await looked_up(self._host)
            found = await asyncio.to_thread(self._client.get_list, self._address)
        except (HTTPError, MailmanConnectionError, OSError) as error:
            log.warning("mailman", error=type(error).__name__)
            raise DeliveryDelayed("relay_away", WAITS_S) from None
        try:
            await asyncio.to_thread(act, found)
        except HTTPError as error:
            if error.code in _HAS_IT:
                return
            log.warning("mailman", status=error.code)
            if error.code >= 500:
                raise DeliveryDelayed("relay_away", WAITS_S) from None
            raise DeliveryRefused(Problem.ADDRESS_REFUSED) from None
        except ValueError:
            return  # the library's word for nobody of that address
        except (MailmanConnectionError, OSError):
            raise DeliveryDelayed("relay_away", WAITS_S) from None


def _no_redirect(request: dict[str, Any]) -> dict[str, Any]:
    """Follow no redirect: the account goes to the configured address alone."""
    return request | {"allow_redirects": False}


def _refusal(code: int, address: str) -> str:
    if code == 401:
        return "MAILMAN_USER and MAILMAN_PASSWORD: Mailman does not take them; see its setting [webservice]"
    return f"email.list_address: Mailman has no list {address} (answer {code})"
