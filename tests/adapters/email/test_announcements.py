"""Announcements by mail: to every reader of the list, in their language, with word of what changes later."""

from __future__ import annotations

from bot.testing import words_of

ANA, BEA = "ana@example.org", "bea@example.org"
NEW = 'announce new title:"Vote today" message:"At **6 pm**." mensaje:"A las **18**." audience:all'


async def readers(mail):
    await mail.join(ANA)
    await mail.join(BEA, lang="es", user="fake:bea")
    mail.mails.clear()


async def drafted(mail, words=NEW):
    return await mail.chat.say(words, user="fake:steering", lang="en")


async def approved(mail):
    """Let it go, with a second person where one is asked for."""
    reply = await mail.chat.say("announce send 1", user="fake:steering", lang="en")
    if "waits for a second person" in reply.summary:
        shown = await mail.chat.say("announce approve 1", user="fake:second", lang="en")
        reply = await mail.chat.press(shown, "Approve", user="fake:second")
    await mail.chat.deliver()
    return reply


async def test_every_reader_gets_it_in_their_language_and_whoever_sends_sees_how_many(mail):
    await readers(mail)
    assert "It goes to 2 readers by mail." in words_of(await drafted(mail))
    await approved(mail)
    texts = {one.recipients[0]: one.text for one in mail.mails}
    assert "At 6 pm." in texts[ANA]
    assert "A las 18." in texts[BEA]


async def test_what_is_for_one_chapter_goes_to_no_reader(mail):
    await readers(mail)
    await mail.chat.say("channel follow", user="fake:organizer", admin=True, lang="en")
    reply = await mail.chat.say(NEW.replace("all", "chapter"), user="fake:organizer", admin=True)
    assert "by mail" not in words_of(reply)


async def test_a_withdrawal_reaches_whoever_got_the_mail(mail):
    await readers(mail)
    await drafted(mail)
    await approved(mail)
    first = {one.recipients[0]: one for one in mail.mails}
    await mail.chat.say('announce withdraw 1 reason:"The vote is postponed"', user="fake:steering", lang="en")
    await mail.chat.deliver()
    last = {one.recipients[0]: one for one in mail.mails[2:]}
    assert last[ANA]["Subject"] == "Withdrawn: Vote today"
    assert "The vote is postponed" in last[ANA].text
    assert last[BEA]["In-Reply-To"] == first[BEA]["Message-ID"]
