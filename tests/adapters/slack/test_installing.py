"""Workspaces that install the bot by themselves: from the link to the first message, and out again."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot.domain.chapters import Follow
from bot.domain.deliveries import Subject, Target
from bot.ports import utc_now
from bot.registry import load
from tests.adapters.slack.conftest import Town
from tests.loopback.slack_api import CLIENT_SECRET

THERE, INSTALLER = "T0LAKE", "U0LEE"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
async def open_town(connect):
    """A bot that workspaces can install, beside the workspace of its token."""
    port = free_port()
    more = {
        "SLACK_CLIENT_ID": "111.222",
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "HRC_SLACK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HRC_SLACK_PORT": str(port),
    }
    async with connect(load(), **more) as town:
        town.pages = f"http://127.0.0.1:{port}"
        yield town


async def begin(town: Town, browser: aiohttp.ClientSession) -> str:
    """Follow the link that leads to Slack; return the code that is to come back."""
    async with browser.get(f"{town.pages}/slack/install", allow_redirects=False) as answer:
        assert answer.status == 302
        there = urlsplit(answer.headers["Location"])
    asked = parse_qs(there.query)
    assert (there.path, asked["client_id"]) == ("/oauth/v2/authorize", ["111.222"])
    assert "chat:write" in asked["scope"][0]
    return asked["state"][0]


async def come_back(town: Town, browser: aiohttp.ClientSession, **query: str) -> tuple[int, str]:
    async with browser.get(f"{town.pages}/slack/oauth_redirect", params=query) as answer:
        return answer.status, await answer.text()


def browsing(lang: str = "en") -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        headers={"Accept-Language": lang}, cookie_jar=aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=[])
    )


async def install(town: Town, code: str = "code-1", team: str = THERE) -> None:
    """Let the bot into a workspace, as its administrator does in a browser."""
    town.slack.grants[code] = (team, INSTALLER)
    async with browsing() as browser:
        state = await begin(town, browser)
        cookies = {"slack-app-oauth-state": state}
        async with browser.get(
            f"{town.pages}/slack/oauth_redirect", params={"code": code, "state": state}, cookies=cookies
        ) as answer:
            assert answer.status == 200, await answer.text()


async def sent(town: Town) -> None:
    """Let everything that is due go out."""
    town.clock.now = max(town.clock.now, utc_now())
    for _ in range(4):
        town.clock.advance(timedelta(seconds=5))
        await town.outbox.once()


async def test_who_lets_the_bot_in_is_told_how_to_begin_by_the_new_token(open_town: Town):
    await install(open_town)
    await sent(open_town)
    told = next(one for one in open_town.slack.calls if one.method == "chat.postMessage")
    assert (told.team, told.body["channel"]) == (THERE, "D0LEE")
    assert "Thank you for letting" in told.body["text"]
    async with open_town.storage.unit_of_work(writes=False) as uow:
        kept = await uow.installations.get(f"slack:{THERE}")
    assert (kept.name, kept.installed_by) == (f"Town {THERE}", f"slack:{INSTALLER}")


async def test_two_workspaces_are_each_answered_and_posted_to_with_their_own_token(open_town: Town):
    slack = open_town.slack
    await install(open_town)
    slack.users[INSTALLER] = {"team_id": THERE}
    await slack.command("about", user=INSTALLER, team_id=THERE, response_url="https://elsewhere.example/x")
    await slack.until(lambda: any(one.method == "chat.postEphemeral" and one.team == THERE for one in slack.calls))
    await slack.command("about")
    await slack.until(lambda: any(one.method == "response_url" for one in slack.calls))
    targets = (Target(f"slack:{THERE}", user_id=f"slack:{INSTALLER}"), Target("slack:T0HRC", user_id="slack:U0ANA"))
    async with open_town.storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.WELCOME, 7, targets, 1, open_town.clock())
    await sent(open_town)
    seen = {(one.team, one.body["channel"]) for one in slack.calls if one.method == "chat.postMessage"}
    assert {(THERE, "D0LEE"), ("T0HRC", "D0ANA")} <= seen


async def test_a_code_is_good_once_in_one_browser_and_a_refusal_says_what_to_do(open_town: Town):
    slack = open_town.slack
    slack.grants["code-1"] = (THERE, INSTALLER)
    async with browsing("es-MX") as browser:
        state = await begin(open_town, browser)
        assert (await come_back(open_town, browser, code="code-1", state=state))[0] == 400  # no cookie over plain http
        cookie = {"Cookie": f"slack-app-oauth-state={state}"}
        url = f"{open_town.pages}/slack/oauth_redirect"
        async with browser.get(url, params={"error": "access_denied", "state": state}) as answer:
            assert "Empezar de nuevo" in await answer.text()
        async with browser.get(url, params={"code": "code-1", "state": state}, headers=cookie) as answer:
            assert answer.status == 200
        async with browser.get(url, params={"code": "code-1", "state": state}, headers=cookie) as answer:
            assert (answer.status, "Traceback" in await answer.text()) == (401, False)
    assert [one.method for one in slack.calls].count("oauth.v2.access") == 1


async def test_a_workspace_that_takes_the_bot_out_gets_nothing_and_comes_back_as_it_was(open_town: Town):
    await install(open_town)
    follow = Follow(f"slack:{THERE}", "slack:C0LAKE", ("convenings",), "en", f"slack:{INSTALLER}", open_town.clock())
    async with open_town.storage.unit_of_work(writes=True) as uow:
        await uow.follows.save(follow)
    envelope = open_town.slack.event_payload({"type": "app_uninstalled"})
    await open_town.slack.send("events_api", {**envelope, "team_id": THERE})

    async def stands() -> tuple[str, str]:
        async with open_town.storage.unit_of_work(writes=False) as uow:
            kept, (one,) = (
                await uow.installations.get(f"slack:{THERE}"),
                await uow.follows.of_workspace(f"slack:{THERE}"),
            )
            return kept.token, one.paused_reason

    for _ in range(100):
        if (await stands())[1]:
            break
        await asyncio.sleep(0.05)
    assert await stands() == ("", "signed_out")
    await install(open_town, "code-2")
    token, reason = await stands()
    assert token.startswith(f"xoxb-{THERE}") and reason == ""


async def test_token_swap_stops_what_goes_to_the_workspace(open_town: Town):
    """The stored token of one workspace opens another after it was installed anew."""
    slack = open_town.slack
    await install(open_town)
    slack.team_of.update(dict.fromkeys(slack.team_of, "T0OTHER"))
    await install(open_town, "code-2", "T0POND")  # the bot looks at its installations again
    slack.team_of[next(reversed(slack.team_of))] = "T0OTHER"
    await open_town.adapter._workspaces.verify()
    await sent(open_town)
    assert [one.method for one in slack.calls if one.method == "chat.postMessage"] == []
    async with open_town.storage.unit_of_work(writes=False) as uow:
        waiting = await uow.lanes.next_due()
    assert waiting is not None


async def test_the_token_stands_sealed_in_the_database(open_town: Town, tmp_path):
    await install(open_town)
    await open_town.adapter.close()
    files = b"".join(one.read_bytes() for one in tmp_path.glob("town.db*"))
    assert b"xoxb-" not in files and INSTALLER.encode() not in files


async def test_an_archived_channel_rests_until_it_is_opened_again(open_town: Town):
    slack = open_town.slack
    follow = Follow("slack:T0HRC", "slack:C0TOWN", ("convenings",), "en", "slack:U0ANA", open_town.clock())
    async with open_town.storage.unit_of_work(writes=True) as uow:
        await uow.follows.save(follow)

    async def rests_for(reason: str) -> None:
        async with asyncio.timeout(10):
            while True:
                async with open_town.storage.unit_of_work(writes=False) as uow:
                    (one,) = await uow.follows.of_workspace("slack:T0HRC")
                if one.paused_reason == reason:
                    return
                await asyncio.sleep(0.02)

    await slack.event({"type": "channel_archive", "channel": "C0TOWN"})
    await rests_for("archived")
    await sent(open_town)
    assert [one.channel for one in slack.messages] == ["D0ANA"]
    await slack.event({"type": "channel_unarchive", "channel": "C0TOWN"})
    await rests_for("")


async def test_a_channel_that_is_lost_is_told_to_whoever_let_it_follow(open_town: Town):
    follow = Follow("slack:T0HRC", "slack:C0GONE", ("convenings",), "en", "slack:U0ANA", open_town.clock())
    async with open_town.storage.unit_of_work(writes=True) as uow:
        await uow.follows.save(follow)
        await uow.deliveries.want(Subject.WELCOME, 1, (Target("slack:T0HRC", "slack:C0GONE"),), 1, open_town.clock())
    await sent(open_town)
    told = [one for one in open_town.slack.messages if one.channel == "D0ANA"]
    assert len(told) == 1 and "1 channel of your chapter receives nothing any more" in told[0].text
    assert "the bot is not in the channel" in told[0].mrkdwn()
