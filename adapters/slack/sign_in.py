"""Before anything is received: signing in, insisting where Slack is away, and Bolt set up for one workspace."""

from __future__ import annotations

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from adapters.slack.insisting import insisting
from adapters.slack.settings import SlackSettings
from adapters.slack.web import LOGGER, Web


async def signed_in(web: Web, settings: SlackSettings) -> AuthorizeResult:
    """Return who the bot is in its workspace.

    Raises:
        ConfigError: Slack refuses the bot token.
    """
    who = await insisting(lambda: web.call("auth.test"), "slack.bot_token (SLACK_BOT_TOKEN)")
    return AuthorizeResult(
        enterprise_id=who.get("enterprise_id"),
        team_id=who.get("team_id"),
        bot_user_id=who.get("user_id"),
        bot_id=who.get("bot_id"),
        bot_token=settings.bot_token.get_secret_value(),
    )


async def socket_url(web: Web, settings: SlackSettings) -> str:
    """Return the address of the first Socket Mode connection.

    Raises:
        ConfigError: Slack refuses the app token.
    """
    token = settings.app_token.get_secret_value()
    return str(await insisting(lambda: web.socket_url(token), "slack.app_token (SLACK_APP_TOKEN)"))


def bolt_app(web: Web, us: AuthorizeResult) -> AsyncApp:
    """Return Bolt without listeners; the checks that it would make on HTTP are made by our own server."""

    async def authorize() -> AuthorizeResult:
        return us  # a function of our own also keeps Bolt from turning to OAuth by itself

    LOGGER.setLevel(logging.ERROR)  # Bolt would warn that it leaves the token to us, which is meant
    app = AsyncApp(
        logger=LOGGER,
        name="hrc-bot",
        client=web.client,
        authorize=authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    LOGGER.setLevel(logging.WARNING)
    return app
