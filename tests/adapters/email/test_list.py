"""Getting on the list and off it, by chat, page and one click."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.subscriptions import Barred, Purpose, Standing
from bot.mailing import list_id
from bot.testing import words_of
from tests.adapters.email.conftest import SITE, mailing
from tests.storage.test_members import rows

ANA = "ana@example.org"


async def test_nothing_but_the_confirm_mail_goes_out_before_somebody_confirms(mail):
    reply = await mail.chat.say(f"email join {ANA}")
    assert reply.summary == "Please look into your mail."
    await mail.chat.deliver()
    (asked,) = mail.mails
    assert asked.recipients == [ANA]
    assert asked["Subject"] == "Please confirm your email address"
    assert f"{SITE}/email/confirm/" in asked.text
    assert (await mail.of(ANA)).standing is Standing.ASKED
    async with mail.storage.unit_of_work(writes=False) as uow:
        assert await uow.subscriptions.readers(list_id(mail.chat.dispatcher.services.settings.email)) == ()


async def test_a_confirmed_subscription_remembers_when_how_and_to_what(mail):
    await mail.join(ANA)
    one = await mail.of(ANA)
    assert (one.standing, one.way, one.text_version) == (Standing.CONFIRMED, "chat", "2026-11")
    assert one.confirmed_at is not None


async def test_email_prefetch_changes_nothing(mail):
    await mail.chat.say(f"email join {ANA}")
    await mail.chat.deliver()
    confirm, leave = mail.mails[0].link("email/confirm"), mail.mails[0]["List-Unsubscribe"].split(SITE)[1].split(">")[0]
    for path in (confirm, leave, confirm, leave):
        seen = await mail.get(path)
        assert seen.status == 200
        assert b"<button" in seen.body
    assert (await mail.of(ANA)).standing is Standing.ASKED
    await mail.post(confirm)
    for path in (leave, confirm):
        await mail.get(path)
    assert (await mail.of(ANA)).standing is Standing.CONFIRMED


async def test_a_confirm_link_works_once(mail):
    asked = await mail.join(ANA)
    again = await mail.post(asked.link("email/confirm"))
    assert again.status == 404
    assert "used already" in again.body.decode()


async def test_email_optin_token_guess_confirms_nothing_and_links_die_after_48_hours(mail):
    await mail.chat.say(f"email join {ANA}")
    await mail.chat.deliver()
    link = mail.mails[0].link("email/confirm")
    true = link.rpartition("/")[2]
    assert len(true) >= 26 * 2  # an id, and more than 128 bits at 5 bits a letter
    guesses = [true[:-1] + letter for letter in "abcdefghijklmnopqrstuvwxyz234567" if letter != true[-1]]
    guesses += [true[:-32] + "a" * 32, "", "a" * 58, "../../x", "%00", "\u00e9" * 58, true + "a"]
    for guess in guesses[::3] + guesses[-7:]:
        assert (await mail.post(f"/email/confirm/{guess}")).status in (404, 405), guess
    assert (await mail.of(ANA)).standing is Standing.ASKED
    assert true not in str(await rows(mail.storage, "subscription"))
    mail.chat.clock.advance(timedelta(hours=48, seconds=1))
    assert (await mail.post(link)).status == 404
    assert (await mail.of(ANA)).standing is Standing.ASKED


async def test_unconfirmed_addresses_are_forgotten_after_two_days(mail):
    from bot.jobs import tidy
    from bot.settings import Retention

    await mail.join("bo@example.org")
    mail.chat.clock.advance(timedelta(hours=1))
    await mail.chat.say(f"email join {ANA}")
    mail.chat.clock.advance(timedelta(hours=49))
    await tidy(mail.storage.unit_of_work, mail.chat.clock, Retention())
    assert await mail.of(ANA) is None
    assert (await mail.of("bo@example.org")).standing is Standing.CONFIRMED


async def test_a_new_link_makes_the_older_one_worthless(mail):
    await mail.chat.say(f"email join {ANA}")
    await mail.chat.deliver()
    mail.chat.clock.advance(timedelta(minutes=11))
    await mail.chat.say(f"email join {ANA}")
    await mail.chat.deliver()
    older, newer = (one.link("email/confirm") for one in mail.mails)
    assert (await mail.post(older)).status == 404
    assert (await mail.post(newer)).status == 200


async def test_one_address_gets_at_most_three_confirm_mails_a_day_whoever_asks(mail):
    for number in range(12):
        await mail.chat.say(f"email join {ANA}", user=f"fake:u{number}")
        mail.chat.clock.advance(timedelta(minutes=6))
    await mail.chat.deliver()
    assert len(mail.mails) == 3


async def test_email_enumeration_known_and_unknown_addresses_get_the_same_answer_and_one_mail_each(mail):
    await mail.join(ANA)
    mail.chat.clock.advance(timedelta(days=2))
    before = len(mail.mails)
    known = await mail.post("/email/join", f"email={ANA}&lang=en")
    unknown = await mail.post("/email/join", "email=bo%40example.org&lang=en")
    assert (known.status, known.headers, known.body) == (unknown.status, unknown.headers, unknown.body)
    said = [await mail.chat.say(f"email join {one}") for one in (ANA, "cy@example.org")]
    assert said[0] == said[1]
    await mail.chat.deliver()
    subjects = {one.recipients[0]: one["Subject"] for one in mail.mails[before:]}
    assert subjects[ANA] == "You are on the email list already"
    assert subjects["bo@example.org"] == subjects["cy@example.org"] == "Please confirm your email address"


async def test_the_page_says_what_is_wrong_with_an_address_and_keeps_what_was_typed(mail):
    shown = await mail.get("/email/join")
    assert b'type="email"' in shown.body
    refused = await mail.post("/email/join", "email=a%40example.org%2Cb%40example.org")
    assert refused.status == 400
    assert "This is not one email address." in refused.body.decode()
    assert "a@example.org,b@example.org" in refused.body.decode()
    assert await rows(mail.storage, "subscription") == []


async def test_mail_and_page_speak_the_language_that_was_chosen(mail):
    await mail.post("/email/join", f"email={ANA}&lang=es")
    await mail.chat.deliver()
    assert mail.mails[0]["Subject"] == "Confirma tu dirección de correo"
    assert 'lang="es"' in (await mail.get(mail.mails[0].link("email/confirm"))).body.decode()


async def test_email_oneclick_unsubscribes_at_once_without_login_and_again_is_harmless(mail):
    asked = await mail.join(ANA)
    path = asked["List-Unsubscribe"].split(SITE)[1].split(">")[0]
    for _ in range(2):
        reply = await mail.post(path, "List-Unsubscribe=One-Click")
        assert (reply.status, reply.body.strip()) == (200, b"")
        assert await mail.of(ANA) is None
    assert ANA not in str(await rows(mail.storage, "delivery"))


async def test_email_oneclick_foreign_token_ends_nothing(mail, relay):
    path = (await mail.join(ANA))["List-Unsubscribe"].split(SITE)[1].split(">")[0]
    await mail.join("bo@example.org")
    async with mailing(mail.storage, relay, clock=mail.chat.clock, list_id="other.alliance.example") as other:
        await other.join(ANA, user="fake:someone")
        await other.post(path, "List-Unsubscribe=One-Click")
        assert (await other.of(ANA)).standing is Standing.CONFIRMED
    for purpose in (Purpose.RSVP, Purpose.CONFIRM):
        async with mail.storage.unit_of_work(writes=False) as uow:
            token = uow.subscriptions.token(purpose, await mail.of(ANA))
        await mail.post(f"/email/leave/{token}", "List-Unsubscribe=One-Click")
    assert (await mail.of(ANA)).standing is Standing.CONFIRMED
    await mail.post(path, "List-Unsubscribe=One-Click")
    assert await mail.of(ANA) is None
    assert (await mail.of("bo@example.org")).standing is Standing.CONFIRMED


async def test_who_left_can_come_back_by_their_own_wish(mail):
    asked = await mail.join(ANA)
    await mail.post(asked["List-Unsubscribe"].split(SITE)[1].split(">")[0])
    async with mail.storage.unit_of_work(writes=False) as uow:
        assert await uow.suppressions.reason(ANA.upper()) is Barred.LEFT
    await mail.join(ANA)
    async with mail.storage.unit_of_work(writes=False) as uow:
        assert await uow.suppressions.reason(ANA) is None


async def test_joining_with_the_wish_asks_for_confirmation_and_ties_the_list_to_the_member(mail):
    reply = await mail.chat.say(f'join name:"Ana" consent:yes email:{ANA} email_list:yes')
    assert "For the email list, open the link in the mail that comes to you." in words_of(reply)
    await mail.chat.deliver()
    await mail.post(mail.mails[0].link("email/confirm"))
    assert "on the list" in words_of(await mail.chat.say("email status"))
    await mail.chat.say(f'join name:"Ana" consent:yes email:{ANA} email_list:yes')
    await mail.chat.deliver()
    assert len(mail.mails) == 1
    assert (await mail.chat.say("email leave")).summary == "You are off the email list. No more mail comes from it."
    assert await mail.of(ANA) is None
    assert [row["email_list"] for row in await rows(mail.storage, "member")] in ([False], [0])


async def test_another_address_of_the_member_replaces_the_older_one(mail):
    await mail.chat.say(f'join name:"Ana" consent:yes email:{ANA} email_list:yes')
    await mail.chat.deliver()
    await mail.post(mail.mails[0].link("email/confirm"))
    await mail.chat.say('join name:"Ana" consent:yes email:ana@new.example email_list:yes')
    await mail.chat.deliver()
    assert await mail.of(ANA) is None
    assert (await mail.of("ana@new.example")).standing is Standing.ASKED
    assert [bool(row["email_list"]) for row in await rows(mail.storage, "member")] == [True]


async def test_claiming_an_address_on_the_list_changes_nothing_until_its_owner_confirms(mail):
    await mail.join(ANA)
    mail.chat.clock.advance(timedelta(days=1, minutes=1))
    await mail.chat.say(f'join name:"Mallory" consent:yes email:{ANA} email_list:yes', user="fake:mallory")
    await mail.chat.deliver()
    assert "A member of the Alliance says that this address is theirs." in mail.mails[-1].text
    status = await mail.chat.say("email status", user="fake:mallory")
    assert ANA not in words_of(status)
    await mail.chat.say("email leave", user="fake:mallory")
    await mail.chat.press(await mail.chat.say("me delete", user="fake:mallory"), "Yes, erase it")
    one = await mail.of(ANA)
    assert (one.standing, one.person_id, one.claimed_by) == (Standing.CONFIRMED, "", "")


async def test_erase_me_takes_the_subscription_and_leaves_a_hash_alone(mail):
    await mail.chat.say(f'join name:"Ana" consent:yes email:{ANA} email_list:yes')
    await mail.chat.deliver()
    await mail.post(mail.mails[0].link("email/confirm"))
    assert "Subscriptions to the email list: 1" in words_of(await mail.chat.say("me"))
    await mail.chat.press(await mail.chat.say("me delete"), "Yes, erase it")
    assert await rows(mail.storage, "subscription") == []
    assert ANA not in str([await rows(mail.storage, one) for one in ("suppression", "delivery", "member")])
    async with mail.storage.unit_of_work(writes=False) as uow:
        assert await uow.suppressions.reason(ANA) is Barred.ERASED


@pytest.mark.parametrize("who", ["fake:ana", "fake:steering"])
async def test_the_committee_sees_counts_and_nobody_sees_addresses_of_others(mail, who):
    await mail.join(ANA)
    await mail.chat.say("email join bo@example.org")
    reply = words_of(await mail.chat.say("email status", user=who))
    assert "@example.org" not in reply
    assert ("On the list: 1" in reply) == (who == "fake:steering")


async def test_without_a_relay_there_is_no_list(sqlite_storage):
    from bot.testing import conversation

    async with conversation(sqlite_storage) as chat:
        assert (await chat.say("email join ana@example.org")).summary == "There is no email list here yet."
        await chat.say("join name:Ana consent:yes email:ana@example.org email_list:yes")
        assert await rows(sqlite_storage, "subscription") == []


async def test_a_claim_that_nobody_proved_is_forgotten_after_two_days_and_the_reader_stays(mail):
    from bot.jobs import tidy
    from bot.settings import Retention

    await mail.join(ANA)
    mail.chat.clock.advance(timedelta(days=1, minutes=1))
    await mail.chat.say(f"join name:Mallory consent:yes email:{ANA} email_list:yes", user="fake:mallory")
    assert (await mail.of(ANA)).claimed_by
    mail.chat.clock.advance(timedelta(hours=49))
    await tidy(mail.storage.unit_of_work, mail.chat.clock, Retention())
    one = await mail.of(ANA)
    assert (one.standing, one.claimed_by) == (Standing.CONFIRMED, "")
