"""Mail as it leaves: one reader each, under lasting ids, through a real relay and its faults."""

from __future__ import annotations

import re
import ssl
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from adapters.email import plugin
from adapters.email.mails import Leaving, Letter, Names, html_of, text_of, written
from adapters.email.relay import Relay, Unreachable, is_hard
from bot.domain.deliveries import Status, Subject
from bot.domain.subscriptions import Barred, Standing
from bot.email_settings import Email
from bot.i18n import core_translators
from bot.plugin import imported
from bot.reply import Button, Field, Mention, Reply, Section
from bot.testing import FrozenClock, settings_for_tests
from tests.adapters.email.conftest import NEWS, SITE, mailing
from tests.adapters.email.relay import relay_server
from tests.storage.test_members import rows

ANA = "ana@example.org"
NAMES = Names("news@alliance.example", "", "news.alliance.example", "Human Rights Cities", "back@alliance.example")
T = core_translators()["en"]


def letter(reply, **changed):
    one = Letter(ANA, reply, T, "k" * 24, FrozenClock().now, Leaving(f"{SITE}/email/leave/x", "leave-x"))
    return replace(one, **changed)


async def asked(mail, address=ANA):
    await mail.chat.say(f"email join {address}")
    await mail.chat.deliver()


async def rows_of(mail):
    async with mail.storage.unit_of_work(writes=False) as uow:
        return await uow.deliveries.of_subject(Subject.SUBSCRIPTION, 1)


async def test_headers_say_what_the_mail_is_and_how_to_end_it(mail):
    await asked(mail)
    (one,) = mail.mails
    assert one["From"] == "Human Rights Cities <news@alliance.example>"
    assert one["To"] == ANA
    assert one["List-Id"] == "Human Rights Cities <news.alliance.example>"
    assert one["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    page, mailto = one["List-Unsubscribe"].split(", ")
    assert re.fullmatch(rf"<{SITE}/email/leave/[a-z2-7]{{64}}>", page)
    assert re.fullmatch(r"<mailto:back\+leave-[a-z2-7]{64}@alliance\.example\?subject=unsubscribe>", mailto)
    assert one["Auto-Submitted"] == "auto-generated"
    key = (await rows_of(mail))[0].key
    assert one["Message-ID"] == f"<{key}@alliance.example>"
    assert one.sender == f"back+{key}@alliance.example"


def test_bulk_mail_says_so_and_names_the_way_out_in_its_text():
    mail = written(letter(Reply("News")), NAMES)
    assert mail["Precedence"] == "list"
    for part in ("plain", "html"):
        body = mail.get_body((part,)).get_content()
        assert f"{SITE}/email/leave/x" in body
        assert "You get this because you are on the email list Human Rights Cities." in body


def test_html_in_email_is_text_without_remote_content_or_traces():
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    fields = (Field(evil, evil), Field("By", Mention("fake:x", evil)))
    section = Section(evil, f"{evil}\n![x](https://evil.example/p.gif)", fields, (Button("<b>", "x.y"),))
    html = html_of(letter(Reply(evil, (section,))), NAMES)
    tags = set(re.findall(r"<\s*([a-z0-9!]+)", html))
    assert tags <= {
        "!doctype",
        "html",
        "head",
        "meta",
        "title",
        "body",
        "h1",
        "h2",
        "p",
        "hr",
        "small",
        "strong",
        "a",
        "br",
    }
    assert "<script" not in html
    assert not re.search(r"<[^>]*\s(src|srcset|background|onerror)\s*=", html)
    assert re.findall(r'href="([^"]*)"', html).count(f"{SITE}/email/leave/x") == 1


def test_an_injected_header_is_words_of_the_subject():
    mail = written(letter(Reply("Hello\r\nBcc: all@example.org\u202e")), NAMES)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hello Bcc: all@example.org"


def test_every_word_of_an_answer_is_in_both_parts():
    section = Section(
        "When", "We **meet** at [the hall](https://hall.example/x)\n\n1. one\n\n> quoted", (Field("Place", "Hall"),)
    )
    one = letter(Reply("News", (section, Section(buttons=(Button("Follow", "channel.follow"),)))))
    for shown in (text_of(one, NAMES), html_of(one, NAMES)):
        for word in ("News", "When", "meet", "the hall", "https://hall.example/x", "1. one", "quoted", "Place", "Hall"):
            assert word in shown
        assert "In chat with the bot: Follow" in shown


async def test_email_bcc_leak_shows_each_reader_no_other(mail):
    addresses = [f"reader{number}@example.org" for number in range(8)]
    for number, address in enumerate(addresses):
        await mail.chat.say(f"email join {address}", user=f"fake:u{number}")
    await mail.chat.deliver()
    assert sorted(one.recipients[0] for one in mail.mails) == sorted(addresses)
    for one in mail.mails:
        assert len(one.recipients) == 1
        assert set(re.findall(rb"[a-z0-9.+-]+@example\.org", one.content)) == {one.recipients[0].encode()}


async def test_connections_are_kept_and_one_that_the_relay_closed_is_replaced(mail, relay):
    for number in range(4):
        await mail.chat.say(f"email join a{number}@example.org", user=f"fake:u{number}")
    await mail.chat.deliver()
    assert (len(mail.mails), relay.connections) == (4, 1)
    relay.refusals["MAIL"] = ["421 4.3.2 Closing"]
    await asked(mail, "last@example.org")
    assert len(mail.mails) == 5


async def test_email_greylist_is_tried_again_with_the_same_id_and_date_for_two_days(mail, relay):
    relay.refusals["RCPT"] = ["450 4.2.0 try again later"] * 3
    await mail.chat.say(f"email join {ANA}")
    await mail.chat.outbox.once()
    (waiting,) = await rows_of(mail)
    assert (waiting.status, waiting.attempts, waiting.error_code) == (Status.PENDING, 0, "mail_waits")
    for _ in range(6):
        mail.chat.clock.advance(timedelta(hours=1))
        await mail.chat.outbox.once()
    assert [one["Date"] for one in mail.mails] == [format_datetime(waiting.created_at.replace(microsecond=0))]
    assert mail.mails[0]["Message-ID"] == f"<{waiting.key}@alliance.example>"


async def test_a_greylisted_mail_is_given_up_after_two_days(mail, relay):
    await mail.join("bo@example.org")
    relay.refusals["RCPT"] = ["450 4.2.0 try again later"] * 99
    await mail.announce()
    for _ in range(52):
        mail.chat.clock.advance(timedelta(hours=1))
        await mail.chat.outbox.once()
    async with mail.storage.unit_of_work(writes=False) as uow:
        (row,) = await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, 1)
    assert (row.status, row.error_code) == (Status.REFUSED, "mail_waited")


async def test_email_lost_reply_is_sent_again_once_under_the_same_id_and_reported_uncertain(mail, relay):
    relay.cuts = 1
    await asked(mail)
    mail.chat.clock.advance(timedelta(minutes=1))
    await mail.chat.deliver()
    first, second = mail.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    (row,) = await rows_of(mail)
    assert (row.status, row.error_code) == (Status.SHOWN, "uncertain")


async def test_a_crash_between_sending_and_storing_sends_the_same_mail_again_and_says_so(mail, relay):
    await mail.chat.say(f"email join {ANA}")
    async with mail.storage.unit_of_work(writes=True) as uow:
        now = mail.chat.clock()
        await _lease(uow, now)
    row = (await rows_of(mail))[0]
    found = await mail.adapter.messenger.find(row.target.address, row.key, mail.chat.clock())
    assert found is None
    ref = await mail.adapter.messenger.direct(row.target.user_id, Reply("x"), T, row.key)
    assert ref.note == "uncertain"


async def _lease(uow, now):
    store = getattr(uow, "lanes", uow.deliveries)
    await store.claim(now, now + timedelta(minutes=1), 5)


async def test_a_relay_that_is_away_costs_no_attempt(sqlite_storage, relay):
    async with mailing(sqlite_storage, relay, port=9) as mail:
        await mail.chat.say(f"email join {ANA}")
        await mail.chat.outbox.once()
        (row,) = await rows_of(mail)
        assert (row.status, row.attempts, row.error_code) == (Status.PENDING, 0, "relay_away")


async def test_an_address_that_does_not_exist_is_given_up_at_once_and_named_by_a_hash_alone(mail, relay):
    await mail.join(ANA)
    relay.refusals["RCPT"] = ["550 5.1.1 user unknown"]
    await mail.announce()
    await mail.chat.deliver()
    assert (await mail.of(ANA)).standing is Standing.SUSPENDED
    async with mail.storage.unit_of_work(writes=False) as uow:
        assert await uow.suppressions.reason(ANA) is Barred.BOUNCED
        (row,) = await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, 1)
    assert (row.status, row.error_code) == (Status.REFUSED, "address_refused")
    assert ANA not in str(await rows(mail.storage, "delivery"))


@pytest.mark.parametrize(
    ("code", "hard"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.2.1", True),
        ("5.0.0", True),
        ("5.2.2", False),
        ("5.7.1", False),
        ("4.4.1", False),
    ],
)
def test_only_codes_that_speak_of_the_address_end_it(code, hard):
    assert is_hard(code) is hard


async def test_a_relay_without_encryption_is_refused_unless_it_was_asked_for(relay):
    keys = Email(**(NEWS | {"host": "127.0.0.1", "port": relay.port, "tls": "starttls"}))
    with pytest.raises(Unreachable, match="relay_encryption"):
        await Relay(keys).send("a@alliance.example", ANA, b"x")
    assert relay.mails == []


async def test_mail_travels_encrypted_to_a_relay_that_logs_us_in(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    known = []

    def check(server, session, envelope, mechanism, data):
        from aiosmtpd.smtp import AuthResult

        known.append((mechanism, data.login, data.password, session.ssl is not None))
        return AuthResult(success=data.password == b"secret", handled=False)

    async with relay_server(tls_context=context, authenticator=check, auth_required=True) as relay:
        keys = NEWS | {"host": "localhost", "port": relay.port, "tls": "starttls", "user": "news"}
        await Relay(Email(**keys, password="secret")).send("a@alliance.example", ANA, b"Subject: x\r\n\r\nx\r\n")
        assert [one.recipients for one in relay.mails] == [[ANA]]
        assert known[-1][1:] == (b"news", b"secret", True)
        with pytest.raises(Unreachable, match="relay_login"):
            await Relay(Email(**keys, password="wrong")).send("a@alliance.example", ANA, b"x")
    monkeypatch.delenv("SSL_CERT_FILE")
    async with relay_server(tls_context=context) as relay:
        with pytest.raises(Unreachable, match="relay_encryption"):
            await Relay(Email(**(keys | {"port": relay.port, "user": ""}))).send("a@alliance.example", ANA, b"x")


async def test_a_process_that_only_delivers_sends_mail_too(mail):
    await mail.chat.say(f"email join {ANA}")
    sender = imported(plugin.sender)(mail.chat.dispatcher.services.settings, mail.storage.unit_of_work)
    mail.chat.dispatcher.services.messengers["email"] = sender.messenger
    await sender.start()
    await mail.chat.deliver()
    assert [one.recipients for one in mail.mails] == [[ANA]]
    await sender.close()


def test_the_relays_pace_is_that_of_the_configuration():
    settings = settings_for_tests(email=Email(rate_per_s=14, connections=3))
    pace = plugin.pace(settings)
    assert (round(1 / pace.gap.total_seconds()), pace.at_once, pace.is_shared) == (14, 12, True)
