"""Before anything is received: signing in, insisting where Slack is away, and Bolt set up for every workspace."""

from __future__ import annotations

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from adapters.slack.insisting import insisting
from adapters.slack.settings import SlackSettings
from adapters.slack.web import LOGGER, Web
from adapters.slack.workspaces import Workspaces


async def sign_in(workspaces: Workspaces, settings: SlackSettings) -> None:
    """Learn who the bot is with the configured token, where there is one, and in the workspaces that installed it.

    Raises:
        ConfigError: Slack refuses the bot token.
    """
    if settings.bot_token.get_secret_value():
        who = await insisting(lambda: workspaces.home.call("auth.test"), "slack.bot_token (SLACK_BOT_TOKEN)")
        workspaces.at_home(str(who.get("team_id") or ""), str(who.get("user_id") or ""))
    await workspaces.look()


async def socket_url(web: Web, settings: SlackSettings) -> str:
    """Return the address of the first Socket Mode connection.

    Raises:
        ConfigError: Slack refuses the app token.
    """
    token = settings.app_token.get_secret_value()
    return str(await insisting(lambda: web.socket_url(token), "slack.app_token (SLACK_APP_TOKEN)"))


def bolt_app(workspaces: Workspaces) -> AsyncApp:
    """Return Bolt without listeners; the checks that it would make on HTTP are made by our own server."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        web = await workspaces.of(
            team_id or ""
        )  # a function of our own also keeps Bolt from turning to OAuth by itself
        bot_user = workspaces.bot_user(team_id or "")
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_user_id=bot_user, bot_token=web.client.token
        )

    LOGGER.setLevel(logging.ERROR)  # Bolt would warn that it leaves the token to us, which is meant
    app = AsyncApp(
        logger=LOGGER,
        name="hrc-bot",
        client=workspaces.home.client,
        authorize=authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    LOGGER.setLevel(logging.WARNING)
    return app
