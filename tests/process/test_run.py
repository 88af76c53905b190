"""From payload to what people see, on both platforms, through the real process."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from tests.loopback.discord_accounts import CHANNEL
from tests.loopback.slack_api import TEAM

SOON = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d 18:30")
ASSEMBLY = f'title:"City assembly" starts:"{SOON}" zone:America/New_York place:"Town hall"'


def _words(message) -> str:
    return message.text + "\n" + message.mrkdwn()


def _said(exchange) -> str:
    return json.dumps([*exchange.shown, exchange.pressed], ensure_ascii=False)


async def _says(discord, exchange, text: str) -> None:
    """Wait until the person sees `text` in what their interaction brought, or in the message that they pressed."""
    await discord.until(lambda: text in _said(exchange), text)


def _posted(discord, channel=CHANNEL) -> str:
    return json.dumps(discord.messages.get(channel, []), ensure_ascii=False)


async def test_a_question_is_answered_with_its_source_on_both_platforms(bot, slack, ana):
    await slack.command("ask what is a human rights city?")
    message = await slack.seen(1)
    assert message.only_for == "U0ANA"
    assert "Universal Declaration of Human Rights" in _words(message)
    assert "Sources" in _words(message)
    exchange = await ana.command("ask", question="what is a human rights city?")
    assert "Universal Declaration of Human Rights" in _said(exchange)
    assert exchange.flags & 64


async def test_a_convening_entered_on_slack_appears_on_discord_and_counts_answers_from_both(
    bot, slack, discord, ana, admin
):
    followed = await admin.command("channel follow", topics="all")
    assert "follow" in _said(followed).lower()
    await slack.command("channel follow topics:all", user="U0ADMIN")
    await slack.seen(1)
    await slack.command(f"convening add {ASSEMBLY}", user="U0CHAIR")
    preview = await slack.seen(2)
    assert "not saved yet" in _words(preview)
    await slack.press(preview, "Save", user="U0CHAIR")
    await discord.until(lambda: "City assembly" in _posted(discord), "the card")
    await slack.until(lambda: any("City assembly" in m.text and not m.only_for for m in slack.messages))
    card = discord.messages[CHANNEL][0]
    answered = await ana.press(card, "Yes")
    await _says(discord, answered, "you are coming")
    posted = next(m for m in slack.messages if "City assembly" in m.text and not m.only_for)
    await slack.press(posted, "Maybe", user="U0BEA")
    await discord.until(lambda: "1 maybe" in _posted(discord) and "1 coming" in _posted(discord), "the count")


async def test_a_convening_entered_on_discord_appears_on_slack(bot, slack, discord, chair):
    await slack.command("channel follow topics:all", user="U0ADMIN")
    await slack.seen(1)
    preview = await chair.command(
        "convening add", title="Potluck", starts=SOON, zone="America/Chicago", place="Library"
    )
    saved = await chair.press(preview.shown[0], "Save")
    await _says(discord, saved, "saved")
    await slack.until(lambda: any("Potluck" in m.text and not m.only_for for m in slack.messages))


async def test_an_announcement_approved_on_the_other_platform_reaches_both_once(bot, slack, discord, admin, chair):
    await admin.command("channel follow", topics="announcements")
    await slack.command("channel follow topics:announcements", user="U0ADMIN")
    await slack.seen(1)
    await slack.command('announce new title:"News" message:"Budget hearing @everyone <!channel>"', user="U0CHAIR")
    preview = await slack.seen(2)
    await slack.press(preview, "Ask a second person", user="U0CHAIR")
    shown = await chair.command("announce approve", announcement=1)
    assert "Budget hearing" in shown.shown[0]["content"]
    await chair.press(shown.shown[0], "Approve")
    await discord.until(lambda: "Budget hearing" in _posted(discord), "the announcement")
    await slack.until(lambda: any("Budget hearing" in _words(m) and not m.only_for for m in slack.messages))
    await asyncio.sleep(2)
    assert len(discord.messages[CHANNEL]) == 1
    public = [m for m in slack.messages if not m.only_for and m.channel.startswith("C")]
    assert len(public) == 1
    assert "<!channel>" not in json.dumps(public[0].body)
    for call in discord.sent("POST", r".*/channels/\d+/messages"):
        assert call.body["allowed_mentions"]["parse"] == []


async def test_role_by_workspace_admin_gives_no_alliance_rights(bot, slack):
    await slack.command('announce new title:"News" message:"Hello" audience:all', user="U0ADMIN")
    assert "steering committee" in _words(await slack.seen(1))


async def test_kill_and_restart_loses_nothing_and_buttons_still_work(bot, slack, discord, ana, admin, chair):
    await admin.command("channel follow", topics="all")
    preview = await chair.command("convening add", title="Forum", starts=SOON, zone="UTC", place="Online")
    await chair.press(preview.shown[0], "Save")
    await discord.until(lambda: "Forum" in _posted(discord), "the card")
    await bot.stop(signal.SIGKILL)
    await bot.start()
    answered = await ana.press(discord.messages[CHANNEL][0], "Yes")
    await _says(discord, answered, "you are coming")
    await slack.command("convening list")
    assert "Forum" in _words(await slack.seen(1))
    await asyncio.sleep(2)
    assert len(discord.messages[CHANNEL]) == 1


async def test_sigterm_ends_cleanly_within_five_seconds(bot):
    begin = asyncio.get_running_loop().time()
    assert await bot.stop(signal.SIGTERM) == 0
    assert asyncio.get_running_loop().time() - begin < 5


async def test_joining_by_modal_shows_errors_inline_and_keeps_values(bot, slack):
    await slack.command("join")
    view = await slack.opened()
    refused = await slack.submit(view, {"name": "Ana", "consent": "yes", "email": "nonsense"})
    assert refused["response_action"] == "errors"
    assert "email" in refused["errors"]
    await slack.submit(view, {"name": "Ana", "consent": "yes", "email": "ana@example.org"})
    assert "Welcome, Ana" in _words(await slack.seen(1))


async def test_joining_on_discord_goes_in_steps_and_loses_nothing(bot, discord, ana):
    first = await ana.command("join")
    assert first.modal
    step = await ana.submit(first, name="Ana", consent="yes", city="Eugene")
    second = await ana.press(step.shown[0], "Continue")
    done = await ana.submit(second, interests="housing")
    await _says(discord, done, "Welcome, Ana")
    shown = _said(await ana.command("me show"))
    assert "Eugene" in shown
    assert "housing" in shown


async def test_spanish_readers_are_answered_in_spanish_on_both_platforms(bot, slack, ana):
    ana.locale = "es-419"
    assert "Fuentes" in _said(await ana.command("right", article=25))
    slack.users["U0LUZ"] = {"locale": "es-MX"}
    await slack.command("right 25", user="U0LUZ")
    assert "Fuentes" in _words(await slack.seen(1))


async def test_a_repeated_event_is_answered_once_even_after_a_restart(bot, slack):
    event = {
        "type": "message",
        "channel_type": "im",
        "channel": "D1",
        "user": "U0ANA",
        "text": "what is pchr?",
        "ts": "1.1",
    }
    await slack.event(event, event_id="Ev1")
    await slack.seen(1)
    await slack.event(event, event_id="Ev1")
    await bot.stop(signal.SIGKILL)
    await bot.start()
    await slack.event(event, event_id="Ev1")
    await slack.command("about")
    await slack.seen(2)
    assert len(slack.messages) == 2


async def test_slack_slow_ack_and_db_locked_are_acknowledged_and_answered(bot, slack, ana):
    """A stall of five seconds: acknowledged at once, answered when it is over."""
    url = bot.environment["DATABASE_URL"]
    if not url.startswith("sqlite"):
        return
    path = url.removeprefix("sqlite:///")
    with sqlite3.connect(path, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        loop = asyncio.get_running_loop()
        begin = loop.time()
        envelope = await slack.command("join name:Ana consent:yes")
        await slack.ack(envelope)
        assert loop.time() - begin < 3
        await asyncio.sleep(5)
        holder.execute("ROLLBACK")
    assert "Welcome, Ana" in _words(await slack.seen(1))


async def test_log_address_the_log_holds_no_words_or_names(bot, slack, ana):
    await slack.command('join name:"Xanthippe" email:xan@example.org consent:yes')
    await slack.seen(1)
    await ana.command("ask", question="unlikely-marker-question")
    await bot.stop()
    text = "".join(bot.log)
    for secret in ("Xanthippe", "xan@example.org", "unlikely-marker", "xoxb-", "xapp-"):
        assert secret not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "text",
    ["help", "about", "privacy", "topics", "criteria", "criteria 3", "glossary pchr", "city list", "city show Boston"],
)
async def test_every_look_up_answers_on_slack(bot, slack, text):
    await slack.command(text)
    message = await slack.seen(1)
    assert message.only_for == "U0ANA"
    assert "went wrong" not in _words(message)


CHAPTER = """
theme: basics
topics:
  - id: our-hall
    reviewed: "2026-11-23"
    sources: [{id: seed}]
    related: [what-is-hrc]
    en: {title: Where is the zeppelin hall?, questions: [zeppelin hall address], short: WHERE, long: Gate two.}
    es: {title: ¿Dónde está el hangar?, questions: [dirección del hangar], short: Junto al río., long: Puerta dos.}
"""


async def test_a_chapters_own_topic_and_a_reload_that_fails_and_one_that_succeeds(bot, slack, ana):
    await bot.stop()
    topics = bot.folder / "ours" / "topics"
    topics.mkdir(parents=True)
    (topics / "hall.yaml").write_text(CHAPTER.replace("WHERE", "By the river."), "utf-8")
    (bot.folder / "config.yaml").write_text(f"knowledge:\n  chapters:\n    slack:{TEAM}: ours\n", "utf-8")
    await bot.start()
    await slack.command("ask zeppelin hall address")
    assert "By the river." in _words(await slack.seen(1))
    assert "By the river." not in _said(await ana.command("ask", question="zeppelin hall address"))
    (topics / "hall.yaml").write_text("theme: [", "utf-8")
    bot.process.send_signal(signal.SIGHUP)
    assert "hall.yaml" in await bot.logged("the old content stays")
    await slack.command("ask zeppelin hall address")
    assert "By the river." in _words(await slack.seen(2))
    (topics / "hall.yaml").write_text(CHAPTER.replace("WHERE", "On the hill."), "utf-8")
    bot.process.send_signal(signal.SIGHUP)
    await bot.logged("content reloaded")
    await slack.command("ask zeppelin hall address")
    assert "On the hill." in _words(await slack.seen(3))
