"""What people in Slack see, over Socket Mode: commands, messages, buttons, modals."""

from __future__ import annotations

import asyncio

from tests.adapters.slack.sample import done
from tests.loopback.slack_api import BOT_USER, Fault


async def test_a_command_is_answered_to_the_asker_alone(town):
    envelope = await town.slack.command("sample echo hello")
    assert await town.slack.ack(envelope) == {}
    answer = await town.slack.seen(1)
    assert answer.only_for == "U0ANA"
    assert answer.channel == "C0TOWN"
    assert "hello" in answer.text
    assert "hello" in answer.mrkdwn()


async def test_a_public_command_is_answered_to_the_channel(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan title:Assembly seats:5")
    answer = await town.slack.seen(1)
    assert answer.only_for == ""
    assert "<!date^1805063400^{date_long_pretty} {time}|" in answer.mrkdwn()
    assert "<@U0ANA>" in answer.mrkdwn()
    assert "Sunday, March 14, 2027, 6:30 PM EDT" in answer.text


async def test_role_member_posts(town):
    await town.slack.command("sample plan title:Assembly seats:5")
    refusal = await town.slack.seen(1)
    assert refusal.only_for == "U0ANA"
    assert "Only organizers of this chapter can do this." in refusal.text
    assert done["Assembly"] == 0


async def test_a_person_is_known_by_language_zone_and_rights(town):
    town.slack.users["U0EVA"] = {"locale": "es-MX", "tz": "America/Mexico_City", "is_owner": True}
    await town.slack.command("sample who", user="U0EVA")
    answer = await town.slack.seen(1)
    assert answer.text == "slack:U0EVA|es-MX|America/Mexico_City|True|slack:T0HRC|slack:C0TOWN"


async def test_an_administrator_elsewhere_has_no_rights_here(town):
    town.slack.users["U0EVA"] = {"is_admin": True, "team_id": "T0OTHER"}
    await town.slack.command("sample who", user="U0EVA")
    assert "|False|" in (await town.slack.seen(1)).text


async def test_somebody_who_cannot_be_looked_up_has_no_rights(town):
    town.slack.faults["users.info"] = [Fault(error="user_not_found")] * 4
    await town.slack.command("sample who")
    assert (await town.slack.seen(1)).text.startswith("slack:U0ANA|||False|")


async def test_a_spanish_reader_is_answered_in_spanish(town):
    town.slack.users["U0ANA"]["locale"] = "es-ES"
    await town.slack.command("sampel")
    assert "No conozco" in (await town.slack.seen(1)).text


async def test_an_unknown_command_offers_the_nearest_as_buttons(town):
    await town.slack.command("/asc")
    await town.slack.press(await town.slack.seen(1), "ask")
    assert (await town.slack.opened())["title"]["text"] == "Ask"


async def test_a_failure_tells_a_reference_and_nothing_internal(town):
    await town.slack.command("sample fail")
    answer = await town.slack.seen(1)
    assert "Something went wrong on our side." in answer.text
    assert "secret words" not in answer.text + answer.mrkdwn()


async def test_missing_options_open_a_modal(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan title:Assembly")
    view = await town.slack.opened()
    assert view["title"]["text"] == "Plan it"
    values = {block["block_id"]: block["element"].get("initial_value") for block in view["blocks"]}
    assert values["title"] == "Assembly"
    assert town.slack.messages == []


async def test_a_command_is_acknowledged_before_its_modal_opens(town):
    await town.slack.command("sample join")
    await town.slack.opened()
    assert town.slack.timeline.index("acknowledged") < town.slack.timeline.index("views.open")


async def test_nothing_waits_for_a_slack_that_answers_slowly(town):
    town.slack.faults["response_url"] = [Fault(delay_s=8)]
    await town.slack.command("sample echo slow")
    while not any(call.method == "response_url" for call in town.slack.calls):
        await asyncio.sleep(0.01)  # the slow answer is on its way before the other is asked for
    await town.slack.command("sample echo quick")
    assert "quick" in (await town.slack.seen(1)).text
    assert "slow" in (await town.slack.seen(2)).text


async def test_a_submitted_modal_is_answered_where_it_was_opened(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan hidden:kept")
    view = await town.slack.opened()
    ack = await town.slack.submit(view, {"title": "Assembly", "seats": "5", "kind": "talk", "public": "yes"})
    assert ack == {}
    answer = await town.slack.seen(1)
    assert (answer.channel, answer.only_for) == ("C0TOWN", "")
    assert "Assembly 5 talk kept True" in answer.text


async def test_errors_are_shown_inside_the_modal_which_stays_open(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan")
    view = await town.slack.opened()
    ack = await town.slack.submit(view, {"title": "Assembly", "seats": "many"})
    assert ack["response_action"] == "errors"
    assert "“many” is not a number." in ack["errors"]["seats"]
    ack = await town.slack.submit(view, {"title": "banana", "seats": "3"})
    assert ack["errors"]["title"] == "No bananas here. Take an apple."
    assert done == {}
    assert await town.slack.submit(view, {"title": "Assembly", "seats": "3"}) == {}
    await town.slack.seen(1)
    assert done["Assembly"] == 1


async def test_a_form_refused_by_the_handler_opens_again_with_all_its_values(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan")
    view = await town.slack.opened()
    await town.slack.submit(view, {"title": "late refusal", "seats": "3", "kind": "walk"})
    refusal = await town.slack.seen(1)
    assert refusal.only_for == "U0ANA"
    await town.slack.press(refusal, "Change it and try again")
    view = await town.slack.opened(2)
    elements = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert elements["title"]["initial_value"] == "late refusal"
    assert elements["kind"]["initial_option"]["value"] == "walk"


async def test_an_expired_trigger_leaves_a_button_that_opens_the_form(town):
    town.slack.faults["views.open"] = [Fault(error="expired_trigger_id")]
    await town.slack.command("sample join")
    answer = await town.slack.seen(1)
    assert answer.only_for == "U0ANA"
    await town.slack.press(answer, "Open the form")
    view = await town.slack.opened()
    await town.slack.submit(view, {"name": "Ana"})
    assert (await town.slack.seen(2)).text == "Welcome Ana"


async def test_the_button_for_an_expired_form_keeps_what_was_typed(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    town.slack.faults["views.open"] = [Fault(error="expired_trigger_id")]
    await town.slack.command("sample plan title:Assembly")
    await town.slack.press(await town.slack.seen(1), "Open the form")
    view = await town.slack.opened()
    assert view["blocks"][0]["element"]["initial_value"] == "Assembly"


async def test_a_slow_look_up_does_not_cost_the_modal(town):
    town.slack.faults["users.info"] = [Fault(delay_s=6)]
    await town.slack.command("sample join")
    await town.slack.opened()
    assert town.slack.messages == []


async def test_a_modal_sent_twice_is_acted_on_once(town):
    await town.slack.command("sample join")
    view = await town.slack.opened()
    await town.slack.submit(view, {"name": "Ana"})
    await town.slack.submit(view, {"name": "Ana"})
    await town.slack.command("sample echo after")
    await town.slack.until(lambda: done["after"] == 1)
    assert done["Ana"] == 1


async def test_a_button_that_opens_a_form_opens_a_modal(town):
    await town.slack.command("sample export")
    await town.slack.press(await town.slack.seen(1), "Edit")
    assert (await town.slack.opened())["blocks"][0]["element"]["initial_value"] == "x"


async def test_a_pressed_button_updates_the_card_and_answers_privately(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan title:Assembly seats:5")
    card = await town.slack.seen(1)
    await town.slack.press(card, "Yes", user="U0BEN")
    noted = await town.slack.seen(2)
    assert (noted.text, noted.only_for) == ("Noted", "U0BEN")
    assert card.text == "Planned, with one coming"


async def test_a_card_is_updated_without_an_answer_address(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan title:Assembly seats:5")
    card = await town.slack.seen(1)
    await town.slack.press(card, "Yes", response_url="")
    assert (await town.slack.seen(2)).only_for == "U0ANA"
    assert card.text == "Planned, with one coming"


async def test_a_reply_can_take_the_place_of_the_pressed_message(town):
    await town.slack.command("sample echo hello")
    first = await town.slack.seen(1)
    await town.slack.press(first, "Count")
    await town.slack.until(lambda: first.text == "Counted 7")
    assert len(town.slack.messages) == 1


async def test_share_posts_to_the_channel(town):
    await town.slack.command("ask what is it")
    await town.slack.press(await town.slack.seen(1), "Share")
    shared = await town.slack.seen(2)
    assert (shared.text, shared.only_for, shared.channel) == ("Shared 7", "", "C0TOWN")


async def test_a_button_pressed_twice_by_redelivery_is_acted_on_once(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan title:Assembly seats:5")
    payload = town.slack.press_payload(await town.slack.seen(1), "Yes")
    await town.slack.send("interactive", payload)
    await town.slack.send("interactive", payload)
    await town.slack.command("sample echo after")
    await town.slack.until(lambda: done["after"] == 1)
    assert done["1:yes"] == 1


async def test_twenty_presses_in_a_row_are_all_acknowledged(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan title:Assembly seats:5")
    card = await town.slack.seen(1)
    envelopes = [await town.slack.press(card, "Yes") for _ in range(20)]
    for envelope in envelopes:
        await town.slack.ack(envelope)
    await town.slack.until(lambda: card.text == "Planned, with one coming")


async def test_a_mention_is_answered_in_its_thread(town):
    await town.slack.mention("what is a human rights city?", ts="1700000001.000100")
    answer = await town.slack.seen(1)
    assert (answer.channel, answer.thread, answer.only_for) == ("C0TOWN", "1700000001.000100", "")
    assert answer.text == "yes: what is a human rights city?"


async def test_a_mention_in_a_thread_is_answered_in_that_thread(town):
    await town.slack.mention("and where?", thread_ts="1700000000.000900")
    assert (await town.slack.seen(1)).thread == "1700000000.000900"


async def test_an_empty_mention_is_answered_with_help(town):
    await town.slack.mention("")
    assert (await town.slack.seen(1)).text == "Commands"


async def test_a_private_command_in_a_mention_stays_private(town):
    await town.slack.mention("sample who")
    answer = await town.slack.seen(1)
    assert answer.only_for == "U0ANA"


async def test_a_direct_message_is_answered_beside_it(town):
    await town.slack.direct_message("what is it?")
    answer = await town.slack.seen(1)
    assert (answer.channel, answer.thread, answer.text) == ("D0ANA", "", "yes: what is it?")


async def test_a_direct_message_in_a_thread_is_answered_there(town):
    await town.slack.direct_message("what is it?", thread_ts="1700000000.000100")
    assert (await town.slack.seen(1)).thread == "1700000000.000100"


async def test_a_command_in_a_direct_message_with_missing_options_offers_the_form(town):
    await town.slack.direct_message("/sample join")
    await town.slack.press(await town.slack.seen(1), "Open the form")
    assert (await town.slack.opened())["title"]["text"] == "Join it"


async def test_the_same_words_as_mention_and_as_message_are_answered_once(town):
    same = {"text": f"<@{BOT_USER}> once?", "channel": "D0ANA", "ts": "1700000002.000100"}
    await town.slack.event({"type": "app_mention", **same})
    await town.slack.event({"type": "message", "channel_type": "im", **same})
    await town.slack.direct_message("after")
    await town.slack.until(lambda: done["after"] == 1)
    assert done["once?"] == 1


async def test_an_event_sent_again_under_its_id_is_answered_once(town):
    for stamp in ("1700000003.000100", "1700000003.000200"):
        event = {"type": "message", "channel_type": "im", "channel": "D0ANA", "text": "once?", "ts": stamp}
        await town.slack.event(event, event_id="Ev0SAME")
    await town.slack.direct_message("after")
    await town.slack.until(lambda: done["after"] == 1)
    assert done["once?"] == 1


async def test_an_event_sent_again_after_a_restart_is_answered_once(slack, connect):
    event = {"type": "message", "channel_type": "im", "channel": "D0ANA", "text": "once?", "ts": "1700000004.000100"}
    async with connect():
        await slack.event(event)
        await slack.seen(1)
    async with connect():
        await slack.event(event)
        await slack.direct_message("after")
        await slack.until(lambda: done["after"] == 1)
        assert done["once?"] == 0  # counted anew for each process


async def test_bots_edits_and_our_own_messages_are_left_alone(town):
    own = {"text": "not this", "bot_id": "B0OTHER"}
    await town.slack.direct_message(**own)
    await town.slack.direct_message("not this", subtype="message_changed", hidden=True)
    await town.slack.direct_message("not this", user=BOT_USER)
    await town.slack.event({"type": "message", "channel_type": "channel", "channel": "C0TOWN", "text": "not this"})
    await town.slack.direct_message("after")
    await town.slack.until(lambda: done["after"] == 1)
    assert done["not this"] == 0


async def test_an_unasked_event_is_acknowledged(town):
    assert await town.slack.ack(await town.slack.event({"type": "team_join", "user": {"id": "U1"}})) == {}


async def test_export_in_channel(town):
    await town.slack.command("sample export")
    note = await town.slack.seen(2)
    assert note.only_for == "U0ANA"
    assert "I sent you the file me.json as a direct message." in note.text
    assert town.slack.files == [{"name": "me.json", "content": b'{"name": "Ana"}', "channel": "D0ANA"}]


async def test_a_file_that_cannot_be_sent_is_told(town):
    town.slack.faults["files.getUploadURLExternal"] = [Fault(error="missing_scope")]
    await town.slack.command("sample export")
    assert "The file me.json could not be sent." in (await town.slack.seen(2)).text


async def test_an_answer_takes_another_road_when_the_address_is_used_up(town):
    town.slack.faults["response_url"] = [Fault(status=404)]
    await town.slack.command("sample echo hello")
    answer = await town.slack.seen(1)
    assert answer.only_for == "U0ANA"
    assert town.slack.called("chat.postEphemeral")[0]["user"] == "U0ANA"


async def test_an_answer_reaches_somebody_by_direct_message_when_nothing_else_is_open(town):
    await town.slack.command("sample echo hello", channel="C0ELSEWHERE", response_url="")
    assert (await town.slack.seen(1)).channel == "D0ANA"


async def test_a_rate_limited_answer_is_shown_later(town):
    town.slack.faults["response_url"] = [Fault(status=429, headers={"Retry-After": "1"})]
    await town.slack.command("sample echo hello")
    await town.slack.seen(1)
    assert len(town.slack.called("response_url")) == 2


async def test_a_public_answer_that_may_have_arrived_is_not_posted_twice(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    town.slack.faults["response_url"] = [Fault(drop="after")]
    await town.slack.command("sample plan title:Assembly seats:5")
    await town.slack.command("sample echo after")
    await town.slack.until(lambda: any("after" in one.text for one in town.slack.messages))
    assert [one.text for one in town.slack.messages if "Planned" in one.text][1:] == []


async def test_slack_slow_ack(town):
    town.slack.users["U0ANA"]["is_admin"] = True
    await town.slack.command("sample plan title:Assembly seats:5")
    card = await town.slack.seen(1)
    async with town.storage.unit_of_work(writes=True):
        envelope = await town.slack.press(card, "Yes")
        assert await town.slack.ack(envelope) == {}
        assert done["1:yes"] == 0
    assert (await town.slack.seen(2)).text == "Noted"


async def test_slack_response_url_foreign(town):
    foreign = f"http://localhost:{town.slack.base.rpartition(':')[2]}/hook/hook1"
    await town.slack.command("sample echo hello", response_url=foreign)
    await town.slack.seen(1)
    assert town.slack.called("response_url") == []
    assert len(town.slack.called("chat.postEphemeral")) == 1
