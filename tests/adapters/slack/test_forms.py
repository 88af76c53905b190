"""Nothing typed is lost, and nothing private becomes public, on the roads that are taken when the first is closed."""

from __future__ import annotations

from tests.adapters.slack.sample import done
from tests.loopback.slack_api import BOT_USER, Fault

LONG = "A title of many words for a command that no button could hold any more"
EXPIRED = Fault(error="expired_trigger_id")


def typed_values(view: dict) -> dict[str, str]:
    """Return input name to what stands there when the modal opens."""
    elements = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    return {name: one["initial_value"] for name, one in elements.items() if "initial_value" in one}


async def test_a_long_command_with_an_expired_trigger_keeps_all_that_was_typed(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    town.slack.faults["views.open"] = [EXPIRED]
    await town.slack.command(f'sample plan title:"{LONG}" hidden:kept')
    later = await town.slack.seen(1)
    assert (later.text, later.only_for) == ("This needs a few more facts.", "U0ANA")
    await town.slack.press(later, "Open the form")
    view = await town.slack.opened()
    assert typed_values(view) == {"title": LONG}
    await town.slack.submit(view, {"seats": "5"})
    assert f"{LONG} 5 kept False" in (await town.slack.seen(2)).text


async def test_a_second_expired_trigger_loses_nothing_either(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    town.slack.faults["views.open"] = [EXPIRED, EXPIRED]
    await town.slack.command(f'sample plan title:"{LONG}"')
    await town.slack.press(await town.slack.seen(1), "Open the form")
    await town.slack.press(await town.slack.seen(2), "Open the form")
    assert typed_values(await town.slack.opened()) == {"title": LONG}


async def test_where_nothing_can_be_kept_what_was_typed_is_shown(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    town.slack.faults["views.open"] = [EXPIRED]
    async with town.storage.unit_of_work(writes=True):
        await town.slack.command(f'sample plan title:"{LONG}"')
        later = await town.slack.seen(1)
    assert f"*Title*\n{LONG}" in later.mrkdwn()
    assert later.only_for == "U0ANA"
    await town.slack.press(later, "Open the form")
    assert (await town.slack.opened())["title"]["text"] == "Plan it"


async def test_a_form_asked_for_in_a_direct_message_keeps_what_was_typed(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.direct_message("/sample plan title:Assembly")
    await town.slack.press(await town.slack.seen(1), "Open the form")
    assert typed_values(await town.slack.opened()) == {"title": "Assembly"}


async def test_a_form_asked_for_in_a_channel_is_offered_to_the_asker_alone(town):
    await town.slack.mention("sample join", thread_ts="1700000000.000900")
    offer = await town.slack.seen(1)
    assert (offer.only_for, offer.thread) == ("U0ANA", "1700000000.000900")


async def test_a_private_reply_never_takes_the_place_of_a_public_message(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan title:Assembly seats:5")
    card = await town.slack.seen(1)
    await town.slack.press(card, "Count", user="U0BEN")
    counted = await town.slack.seen(2)
    assert (counted.text, counted.only_for) == ("Counted 7", "U0BEN")
    assert card.text.startswith("Planned")


async def test_a_private_answer_that_finds_every_private_road_closed_is_not_posted(town):
    town.slack.faults["response_url"] = [Fault(status=404)]
    town.slack.faults["chat.postEphemeral"] = [Fault(error="user_not_in_channel")]
    await town.slack.command("sample echo secret")
    answer = await town.slack.seen(1)
    assert answer.channel == "D0ANA"
    assert [one.channel for one in town.slack.messages] == ["D0ANA"]


async def test_what_asks_for_a_right_opens_no_form_for_others(town):
    await town.slack.command("sample plan")
    assert "Only organizers of this chapter can do this." in (await town.slack.seen(1)).text
    assert town.slack.views == []


async def test_joins_and_notices_are_left_alone(town):
    for subtype in ("channel_join", "channel_topic", "message_deleted", "bot_message", "me_message"):
        await town.slack.direct_message("not this", subtype=subtype)
    await town.slack.mention("not this", bot_id="B0OTHER")
    await town.slack.event(
        {"type": "app_mention", "text": f"<@{BOT_USER}> not this", "channel": "C0TOWN", "user": None}
    )
    await town.slack.direct_message("after")
    await town.slack.until(lambda: done["after"] == 1)
    assert done["not this"] == 0


async def test_a_mention_with_a_picture_is_a_question(town):
    await town.slack.mention("what is this?", subtype="file_share")
    assert (await town.slack.seen(1)).text == "yes: what is this?"


async def test_no_post_of_any_kind_is_unfurled(town):
    await town.slack.direct_message("https://video.example/?secret=1")
    await town.slack.mention("https://video.example/?secret=1")
    await town.slack.command("sample echo https://video.example/?secret=1")
    await town.slack.seen(3)
    bodies = [*town.slack.called("chat.postMessage"), *town.slack.called("response_url")]
    assert len(bodies) == 3
    assert {(body["unfurl_links"], body["unfurl_media"]) for body in bodies} == {(False, False)}
