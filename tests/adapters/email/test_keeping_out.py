"""Pages that mails lead to, for whoever is blocked, for a suspended chapter, and for a mail provider in a hurry."""

from __future__ import annotations

import pytest

from bot.domain.grants import Block
from bot.http import HttpRequest
from bot.settings import Limits
from bot.testing import words_of
from tests.adapters.email.conftest import mailing
from tests.adapters.email.test_convenings import ANA, answers, planned, press

MEMBER = "fake:ana"
BLOCKED = {
    "en": ("The steering committee keeps you out of this bot.", "The reason: Threats"),
    "es": ("El comité directivo no le permite usar este bot.", "El motivo: Threats"),
}
SUSPENDED = {
    "en": "The steering committee suspended this chapter.",
    "es": "El comité directivo suspendió este capítulo.",
}


async def keep_out(mail, **what):
    async with mail.storage.unit_of_work(writes=True) as uow:
        facts = {"user_id": "", "workspace_id": "", "reason": "Threats", "blocked_by": "fake:steering"} | what
        return await uow.blocks.add(Block(0, at=mail.chat.clock(), **facts))


async def member_with_a_link(mail, lang="en"):
    """Let Ana join with her address, and return the link in the mail of a convening."""
    await mail.chat.say(f"join name:Ana consent:yes email:{ANA} email_list:yes", user=MEMBER, lang=lang)
    await mail.chat.deliver()
    await mail.post(mail.mails[-1].link("email/confirm"))
    await mail.chat.say("about", user="fake:steering", lang="en")
    await planned(mail)
    return mail.relay.to(ANA)[-1].link("email/rsvp/1/yes")


async def convening_place(mail):
    async with mail.storage.unit_of_work(writes=False) as uow:
        return (await uow.convenings.get(1)).workspace_id


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_whoever_is_blocked_reads_on_the_page_what_chat_says_and_nothing_is_stored(mail, lang):
    link = await member_with_a_link(mail, lang)
    assert (await mail.get(link)).status == 200
    block = await keep_out(mail, user_id=MEMBER)
    said = words_of(await mail.chat.say("convening rsvp 1 yes", user=MEMBER, lang=lang))
    for reply in (await mail.get(link), await press(mail, link, "yes")):
        assert reply.status == 403
        for words in BLOCKED[lang]:
            assert words in reply.body.decode()
            assert words in said
        assert "City Hall" not in reply.body.decode()
    assert await answers(mail) == {}
    async with mail.storage.unit_of_work(writes=True) as uow:
        await uow.blocks.remove(block.id)
    assert (await press(mail, link, "yes")).status == 200
    assert len(await answers(mail)) == 1


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_a_suspended_chapters_convening_takes_no_answer_by_mail(mail, lang):
    link = await member_with_a_link(mail, lang)
    await press(mail, link, "maybe")
    before = await answers(mail)
    await keep_out(mail, workspace_id=await convening_place(mail))
    for reply in (await mail.get(link), await press(mail, link, "yes")):
        assert (reply.status, SUSPENDED[lang] in reply.body.decode()) == (403, True)
    assert await answers(mail) == before
    calendar = await mail.pages.answer(
        HttpRequest("GET", "/calendar/convening/1.ics", headers={"accept-language": lang})
    )
    assert (calendar.status, SUSPENDED[lang] in calendar.body.decode()) == (403, True)


async def test_whoever_is_blocked_can_still_leave_the_list(mail):
    await member_with_a_link(mail)
    leave = mail.relay.to(ANA)[-1].link("email/leave")
    await keep_out(mail, user_id=MEMBER)
    assert (await mail.post(leave, "List-Unsubscribe=One-Click")).status == 200
    assert await mail.of(ANA) is None


async def test_a_reason_is_text_and_never_markup(mail):
    link = await member_with_a_link(mail)
    await keep_out(mail, user_id=MEMBER, reason="<script>alert(1)</script>")
    assert b"<script>" not in (await mail.get(link)).body


async def test_a_mail_provider_unsubscribes_for_many_people_from_one_address(sqlite_storage, relay):
    few = Limits(visitor_per_minute=6, visitor_at_once=2)
    async with mailing(sqlite_storage, relay, limits=few) as mail:
        await mail.join(ANA)
        await mail.announce()
        await mail.chat.deliver()
        leave = mail.mails[-1].link("email/leave")

        async def asked(method, path, body=b""):
            return (await mail.pages.answer(HttpRequest(method, path, body=body, peer="203.0.113.7"))).status

        body = b"List-Unsubscribe=One-Click"
        assert {await asked("POST", f"/email/leave/{n}", body) for n in range(100)} == {200}
        assert [await asked("GET", leave) for _ in range(3)] == [200, 200, 429]
        assert await asked("POST", leave, body) == 200
        assert await mail.of(ANA) is None
