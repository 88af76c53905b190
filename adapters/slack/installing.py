"""Pages on which a workspace lets the bot in: one leads to Slack, the other is where Slack sends people back.

The SDK's own flow does the work: a code that is good once ties both ends to one browser, the grant becomes a token.
Source: docs.slack.dev, authentication/installing-with-oauth; slack_bolt.oauth.AsyncOAuthFlow.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web as http
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.manifest import SCOPES
from adapters.slack.settings import CALLBACK, INSTALL, SlackSettings
from adapters.slack.stores import Installations, States
from adapters.slack.web import LOGGER, Web
from bot.i18n import Translator, Translators
from bot.plugin import Host
from bot.ports import utc_now

log = structlog.get_logger("adapters.slack")

SLACK = "https://slack.com"
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
Installed = Callable[[str, str], Awaitable[None]]  # Slack's ids of workspace and installer


class Installing:
    """The two pages.

    Args:
        host: gives storage and words.
        settings: with client id and secret.
        web: calls Slack without a token.
        installed: called once a workspace has let the bot in.
    """

    def __init__(self, host: Host, settings: SlackSettings, web: Web, installed: Installed) -> None:
        self._translators = host.translators
        self._installed = installed
        self._flow = AsyncOAuthFlow(
            client=web.client, logger=LOGGER, settings=_flow_settings(host, settings, self._success, self._failure)
        )

    def routes(self) -> list[http.RouteDef]:
        """Return the pages for a server."""
        return [http.get(INSTALL, self._install), http.get(CALLBACK, self._callback)]

    async def _install(self, request: http.Request) -> http.Response:
        return await self._answered(request, self._flow.handle_installation)

    async def _callback(self, request: http.Request) -> http.Response:
        return await self._answered(request, self._flow.handle_callback)

    async def _answered(
        self, request: http.Request, handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
    ) -> http.Response:
        asked = AsyncBoltRequest(body="", query=request.query_string, headers=dict(request.headers))
        try:
            found = await handle(asked)
        except Exception as error:  # storage or Slack is away, in the SDK's words or ours
            log.warning("an installation failed", error=type(error).__name__)
            t = _reader(self._translators, request.headers.get("Accept-Language", ""))
            page = _page(
                t.lang, t("Not just now"), t("Nothing was installed. Try again in a minute."), t("Begin again")
            )
            return http.Response(status=503, text=page, headers=HEADERS)
        answer = http.Response(status=found.status, text=found.body, headers=HEADERS)
        for name, values in found.headers.items():
            if name.lower() in ("set-cookie", "location"):
                for value in values:
                    answer.headers.add(name, value)
        return answer

    async def _success(self, args: AsyncSuccessArgs) -> BoltResponse:
        t, team = _asker(self._translators, args.request), args.installation.team_id or ""
        log.info("a workspace installed the bot", workspace=team)
        await self._installed(team, args.installation.user_id)
        text = t(
            "The bot is in your workspace now. It has written you a direct message in Slack that says how to begin."
        )
        return BoltResponse(status=200, body=_page(t.lang, t("Welcome"), text), headers=_no_cookie(args))

    async def _failure(self, args: AsyncFailureArgs) -> BoltResponse:
        """Say what to do, never what Slack or storage said."""
        t = _asker(self._translators, args.request)
        log.warning("an installation came to nothing", reason=_reason(args.reason))
        text = t("Nothing was installed.") + " "
        if args.reason == "access_denied":
            text += t("You chose not to let the bot in. You can begin again at any time.")
        elif args.reason == "storage_error":
            text += t("The bot can be installed in single workspaces, not in a whole organization. Choose a workspace.")
        else:
            text += t("The link was used, is older than ten minutes, or was opened in another browser. Begin again.")
        page = _page(t.lang, t("Not installed"), text, t("Begin again"))
        return BoltResponse(status=args.suggested_status_code, body=page, headers=_no_cookie(args))


def _flow_settings(host: Host, settings: SlackSettings, success: Any, failure: Any) -> AsyncOAuthSettings:
    return AsyncOAuthSettings(
        client_id=settings.client_id.get_secret_value(),
        client_secret=settings.client_secret.get_secret_value(),
        scopes=list(SCOPES),
        redirect_uri=settings.public_url.rstrip("/") + CALLBACK,
        install_path=INSTALL,
        redirect_uri_path=CALLBACK,
        install_page_rendering_enabled=False,
        authorization_url=f"{_origin(settings)}/oauth/v2/authorize",
        callback_options=AsyncCallbackOptions(success=success, failure=failure),
        installation_store=Installations(host.unit_of_work, utc_now),
        state_store=States(host.unit_of_work, utc_now),
        logger=LOGGER,
    )


def _origin(settings: SlackSettings) -> str:
    """Return where people authorize: Slack itself, or the host that stands in for it."""
    parts = urlsplit(settings.api_url)
    return SLACK if parts.hostname == "slack.com" else f"{parts.scheme}://{parts.netloc}"


def _no_cookie(args: AsyncSuccessArgs | AsyncFailureArgs) -> dict[str, Any]:
    return {"Set-Cookie": args.settings.state_utils.build_set_cookie_for_deletion()}


def _reason(reason: str) -> str:
    return reason if reason.isidentifier() and len(reason) < 40 else "other"


def _asker(translators: Translators, request: AsyncBoltRequest) -> Translator:
    return _reader(translators, (request.headers.get("accept-language") or [""])[0])


def _reader(translators: Translators, accepted: str) -> Translator:
    return translators["es" if accepted.strip().lower().startswith("es") else "en"]


def _page(lang: str, title: str, text: str, again: str = "") -> str:
    link = f'<p><a href="{INSTALL}">{escape(again)}</a></p>' if again else ""
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>{link}</main></body></html>"
    )
