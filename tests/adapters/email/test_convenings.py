"""Convenings by mail: the card with a calendar file and links to answer, one headcount with chat."""

from __future__ import annotations

import vobject

from bot.domain.convenings import Going
from bot.domain.deliveries import Subject
from bot.testing import words_of
from tests.adapters.email.conftest import SITE

ANA = "ana@example.org"
ADD = 'convening add title:"City assembly" starts:"2027-03-14 18:30" zone:America/New_York place:"City Hall"'


async def planned(mail, extra=""):
    """Let the steering committee announce a convening to everybody."""
    preview = await mail.chat.say(f"{ADD} {extra}", user="fake:steering")
    reply = await mail.chat.press(preview, "Save", user="fake:steering")
    await mail.chat.deliver()
    return reply


async def answers(mail):
    async with mail.storage.unit_of_work(writes=False) as uow:
        return {one.person_id: one.answer for one in await uow.convenings.answers(1)}


async def press(mail, link, answer):
    return await mail.post(link, f"answer={answer}")


async def test_readers_get_the_card_with_a_calendar_file_and_three_links(mail):
    await mail.join(ANA)
    await planned(mail)
    card = mail.mails[-1]
    assert card["Subject"].startswith("City assembly: Sunday, March 14, 2027, 6:30 PM EDT")
    assert card["Precedence"] == "list"
    for label, answer in (("Yes", "yes"), ("Maybe", "maybe"), ("No", "no")):
        assert f"{label}: {SITE}/email/rsvp/1/{answer}/" in card.text
        assert f"/email/rsvp/1/{answer}/" in card.html
    (file,) = card.message.iter_attachments()
    assert (file.get_content_type(), file.get_param("method")) == ("text/calendar", "PUBLISH")
    event = vobject.readOne(file.get_content()).vevent
    assert event.summary.value == "City assembly"
    assert "attendee" not in event.contents


async def test_an_answer_by_mail_counts_once_with_those_in_chat_and_can_be_changed(mail):
    await mail.join(ANA)
    await planned(mail)
    link = mail.mails[-1].link("email/rsvp/1/yes")
    shown = await mail.get(link)
    assert b"Do you come to" in shown.body
    assert await answers(mail) == {}
    await mail.chat.say("convening rsvp 1 yes", user="fake:bo")
    for going in ("yes", "yes", "maybe"):
        reply = await press(mail, link, going)
        assert reply.status == 200
    assert sorted((await answers(mail)).values()) == [Going.MAYBE, Going.YES]
    assert "1 coming, 1 maybe" in words_of(await mail.chat.say("convening show 1"))


async def test_a_member_has_one_answer_over_chat_and_mail(mail):
    await mail.chat.say(f"join name:Ana consent:yes email:{ANA} email_list:yes")
    await mail.chat.deliver()
    await mail.post(mail.mails[0].link("email/confirm"))
    await planned(mail)
    await press(mail, mail.mails[-1].link("email/rsvp/1/yes"), "yes")
    await mail.chat.say("convening rsvp 1 no", user="fake:ana")
    assert list((await answers(mail)).values()) == [Going.NO]


async def test_an_answer_given_by_mail_before_joining_becomes_the_members(mail):
    await mail.join(ANA)
    await planned(mail)
    await press(mail, mail.mails[-1].link("email/rsvp/1/yes"), "yes")
    await mail.chat.say("convening rsvp 1 maybe", user="fake:ana")
    mail.chat.clock.advance(_day())
    await mail.chat.say(f"join name:Ana consent:yes email:{ANA} email_list:yes", user="fake:ana")
    await mail.chat.deliver()
    await mail.post(mail.mails[-1].link("email/confirm"))
    assert len(await answers(mail)) == 1


def _day():
    from datetime import timedelta

    return timedelta(days=1, minutes=1)


async def test_a_link_answers_its_own_convening_for_its_own_reader_alone(mail):
    await mail.join(ANA)
    await planned(mail)
    await planned(mail, "city:Eugene")
    link = mail.mails[-1].link("email/rsvp/2/yes")
    assert (await press(mail, link.replace("/2/", "/1/"), "yes")).status == 404
    assert (await press(mail, link[:-1] + ("a" if link[-1] != "a" else "b"), "yes")).status == 404
    assert (await press(mail, link, "perhaps")).status == 404
    assert await answers(mail) == {}


async def test_counts_send_no_second_mail_and_a_cancellation_sends_one(mail):
    await mail.join(ANA)
    await planned(mail)
    first = mail.mails[-1]
    for number in range(5):
        await mail.chat.say("convening rsvp 1 yes", user=f"fake:u{number}")
        await mail.chat.deliver()
    await mail.chat.press(
        await mail.chat.say("convening edit 1 place:Library", user="fake:steering"), "Save", user="fake:steering"
    )
    await mail.chat.deliver()
    assert mail.mails[-1] is first
    async with mail.storage.unit_of_work(writes=False) as uow:
        rows = await uow.deliveries.of_subject(Subject.CONVENING, 1)
    assert {(one.target.platform, one.wanted) for one in rows} == {("email", 1)}
    await mail.chat.say('convening cancel 1 reason:"The hall is closed"', user="fake:steering")
    await mail.chat.deliver()
    last = mail.mails[-1]
    assert last["Subject"].startswith("Cancelled: City assembly")
    assert last["In-Reply-To"] == first["Message-ID"] != last["Message-ID"]
    assert "The hall is closed" in last.text
    (file,) = last.message.iter_attachments()
    assert file.get_param("method") == "CANCEL"


async def test_a_cancelled_announcement_sends_word_of_it(mail):
    await mail.join(ANA)
    await mail.announce()
    await mail.chat.deliver()
    news = mail.mails[-1]
    async with mail.storage.unit_of_work(writes=True) as uow:
        found = await uow.announcements.get(1)
        stored = await uow.announcements.save(found.cancelled())
        await uow.deliveries.raise_wanted(Subject.ANNOUNCEMENT, 1, stored.revision, mail.chat.clock())
    await mail.chat.deliver()
    assert mail.mails[-1]["Subject"] == f"Cancelled: {news['Subject']}"
    assert mail.mails[-1]["References"] == news["Message-ID"]
