"""Posts, edits and look-ups, and what each of Slack's faults means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.slack.messenger import SlackMessenger
from adapters.slack.settings import SlackSettings
from adapters.slack.web import Web
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUncertain
from bot.i18n import core_translators
from bot.markup import escape
from bot.reply import Button, MessageRef, Reply, Section
from tests.loopback.slack_api import Fault
from tests.loopback.slack_server import BOT_TOKEN

T = core_translators()["en"]
CHANNEL, KEY = "slack:C0TOWN", "k" * 24
REPLY = Reply("An assembly", (Section("Assembly", "Come", buttons=(Button("Yes", "a.b", "1"),)),))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def messenger(slack):
    web = Web(SlackSettings(api_url=slack.api_url, bot_token=BOT_TOKEN))
    web.open()
    yield SlackMessenger(web)
    await web.close()
    assert slack.violations == []


async def test_a_post_carries_its_key_where_it_can_be_found(slack, messenger):
    ref = await messenger.post(CHANNEL, REPLY, T, KEY)
    message = await slack.seen(1)
    assert ref.message_id == f"slack:{message.ts}"
    assert message.body["metadata"]["event_payload"] == {"key": KEY}
    assert message.body["blocks"][0]["block_id"] == KEY
    assert await messenger.find(CHANNEL, KEY, BEGIN) == ref
    assert await messenger.find(CHANNEL, "another", BEGIN) is None


async def test_slack_metadata_public(slack, messenger):
    await messenger.post(CHANNEL, REPLY, T, KEY)
    (body,) = slack.called("chat.postMessage")
    assert body["metadata"] == {"event_type": "hrc_delivery", "event_payload": {"key": KEY}}
    assert [block["block_id"] for block in body["blocks"] if "block_id" in block] == [KEY]


async def test_a_post_is_found_behind_many_others(slack, messenger):
    ref = await messenger.post(CHANNEL, REPLY, T, KEY)
    for number in range(40):
        await messenger.post(CHANNEL, REPLY, T, str(number))
    assert await messenger.find(CHANNEL, KEY, BEGIN) == ref


async def test_a_post_to_a_thread_stands_in_it_whole_and_is_found_there(slack, messenger):
    long = Reply("An assembly", (Section("Assembly", escape("word " * 40_000)),))
    ref = await messenger.post(CHANNEL, long, T, KEY, "1700000001.000100")
    assert len(slack.messages) > 1
    assert {one.thread for one in slack.messages} == {"1700000001.000100"}
    assert await messenger.find(CHANNEL, KEY, BEGIN) is None
    found = await messenger.find(CHANNEL, KEY, BEGIN, "1700000001.000100")
    assert found == MessageRef(CHANNEL, f"slack:{slack.messages[0].ts}", "1700000001.000100")
    await messenger.edit(found, Reply("Short"), T)
    await messenger.edit(ref, long, T)
    assert {one.thread for one in slack.messages} == {"1700000001.000100"}


async def test_a_history_that_may_not_be_read_tells_nothing(slack, messenger):
    slack.faults["conversations.history"] = [Fault(error="missing_scope")]
    with pytest.raises(DeliveryRefused, match="no_permission"):
        await messenger.find(CHANNEL, KEY, BEGIN)


async def test_an_edit_replaces_what_is_shown_and_keeps_the_key(slack, messenger):
    ref = await messenger.post(CHANNEL, REPLY, T, KEY)
    await messenger.edit(ref, Reply("Cancelled"), T)
    assert (await slack.seen(1)).text == "Cancelled"
    assert await messenger.find(CHANNEL, KEY, BEGIN) == ref


async def test_an_edit_of_a_deleted_message_says_that_it_is_gone(slack, messenger):
    ref = await messenger.post(CHANNEL, REPLY, T, KEY)
    slack.messages[0].deleted = True
    with pytest.raises(DeliveryRefused, match="message_gone"):
        await messenger.edit(ref, REPLY, T)


async def test_a_direct_message_goes_to_the_person_and_can_be_found_and_edited(slack, messenger):
    ref = await messenger.direct("slack:U0ANA", REPLY, T, KEY)
    assert (await slack.seen(1)).channel == "D0ANA"
    assert await messenger.find("slack:U0ANA", KEY, BEGIN) == ref
    await messenger.edit(ref, Reply("Changed"), T)
    assert slack.messages[0].text == "Changed"


async def test_a_long_post_is_one_message_with_its_parts_in_the_thread(slack, messenger):
    long = Reply("Long", (Section(text=escape("word " * 1500)),))
    ref = await messenger.post(CHANNEL, long, T, KEY)
    first, *others = slack.messages
    assert others and {one.thread for one in others} == {first.ts}
    await messenger.edit(ref, Reply("Short"), T)
    assert [one.text for one in slack.messages if not one.deleted] == ["Short"]


async def test_slack_429(slack, messenger):
    slack.faults["chat.postMessage"] = [Fault(status=429, headers={"Retry-After": "30"})]
    with pytest.raises(DeliveryDelayed) as caught:
        await messenger.post(CHANNEL, REPLY, T, KEY)
    assert (caught.value.code, caught.value.retry_after_s) == ("rate_limited", 30)
    assert len(slack.called("chat.postMessage")) == 1


async def test_slack_429_no_header(slack, messenger):
    slack.faults["chat.postMessage"] = [Fault(status=429)]
    with pytest.raises(DeliveryDelayed) as caught:
        await messenger.post(CHANNEL, REPLY, T, KEY)
    assert caught.value.retry_after_s >= 1


@pytest.mark.parametrize("written", ["999999999", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "inf", "nan"])
async def test_retry_after_absurd(slack, messenger, written):
    slack.faults["chat.postMessage"] = [Fault(status=429, headers={"Retry-After": written})]
    with pytest.raises(DeliveryDelayed) as caught:
        await messenger.post(CHANNEL, REPLY, T, KEY)
    assert 0 <= caught.value.retry_after_s <= 3600


async def test_slack_ok_false(slack, messenger):
    with pytest.raises(DeliveryRefused, match="not_in_channel"):
        await messenger.post("slack:C0ELSEWHERE", REPLY, T, KEY)


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_slack_token_revoked(slack, messenger, code):
    slack.faults["chat.postMessage"] = [Fault(error=code)]
    with pytest.raises(DeliveryRefused, match="signed_out"):
        await messenger.post(CHANNEL, REPLY, T, KEY)


async def test_channel_archived(slack, messenger):
    slack.channels["C0OLD"] = {"is_archived": True, "is_member": True}
    assert await messenger.channel_problem("slack:C0OLD") == "archived"
    slack.faults["chat.postMessage"] = [Fault(error="is_archived")]
    with pytest.raises(DeliveryRefused, match="archived"):
        await messenger.post("slack:C0OLD", REPLY, T, KEY)


async def test_a_channel_can_be_posted_to_by_its_members_only(slack, messenger):
    slack.channels["C0OTHER"] = {"is_member": False}
    assert await messenger.channel_problem(CHANNEL) == ""
    assert await messenger.channel_problem("slack:C0OTHER") == "not_in_channel"
    assert await messenger.channel_problem("slack:C0NONE") == "channel_gone"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("channel_not_found", "channel_gone"),
        ("not_in_channel", "not_in_channel"),
        ("restricted_action", "no_permission"),
        ("missing_scope", "no_permission"),
        ("cannot_dm_bot", "dm_closed"),
        ("token_expired", "signed_out"),
        ("invalid_blocks", "unknown"),
    ],
)
async def test_a_refusal_is_reported_in_neutral_words(slack, messenger, said, code):
    slack.faults["chat.postMessage"] = [Fault(error=said)]
    with pytest.raises(DeliveryRefused) as caught:
        await messenger.post(CHANNEL, REPLY, T, KEY)
    assert caught.value.code == code


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(error="fatal_error"), Fault(error="internal_error")])
async def test_slack_fatal_maybe_sent(slack, messenger, fault):
    slack.faults["chat.postMessage"] = [fault]
    with pytest.raises(DeliveryUncertain):
        await messenger.post(CHANNEL, REPLY, T, KEY)
    assert len(slack.called("chat.postMessage")) == 1


async def test_sdk_own_retry(slack, messenger):
    slack.faults["chat.postMessage"] = [Fault(drop="after")]
    with pytest.raises(DeliveryUncertain):
        await messenger.post(CHANNEL, REPLY, T, KEY)
    assert len(slack.messages) == 1
    found = await messenger.find(CHANNEL, KEY, BEGIN)
    assert found and found.message_id == f"slack:{slack.messages[0].ts}"


async def test_crash_after_send(slack, messenger):
    await messenger.post(CHANNEL, REPLY, T, KEY)
    web = Web(SlackSettings(api_url=slack.api_url, bot_token=BOT_TOKEN))
    web.open()
    after_restart = await SlackMessenger(web).find(CHANNEL, KEY, BEGIN)
    await web.close()
    assert after_restart and after_restart.message_id == f"slack:{slack.messages[0].ts}"


async def test_a_slack_that_cannot_be_reached_got_nothing(slack, messenger):
    web = Web(SlackSettings(api_url="http://127.0.0.1:1/api/", bot_token=BOT_TOKEN))
    web.open()
    with pytest.raises(DeliveryError) as caught:
        await SlackMessenger(web).post(CHANNEL, REPLY, T, KEY)
    await web.close()
    assert type(caught.value) is DeliveryError
