"""Mail that comes back, and mail that asks to be let go: by pipe, by port, and through what is no such mail."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage

import aiosmtplib
import pytest

from adapters.email.incoming import Event, read
from adapters.email.receiver import Receiver
from adapters.email.spool import put
from bot.domain.deliveries import Subject
from bot.domain.subscriptions import Barred, Standing
from bot.errors import ConfigError
from tests.adapters.email.conftest import mailing
from tests.adapters.web.conftest import free_port

ANA = "ana@example.org"


def report(to, status="5.1.1", action="failed", original="ana@example.org"):
    """Return a delivery status notification. Source: RFC 3464, appendix E."""
    lines = [
        "From: MAILER-DAEMON@mx.example",
        f"To: {to}",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "I could not deliver your message.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        "",
        f"Final-Recipient: rfc822; {original}",
        f"Action: {action}",
        f"Status: {status}",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def words(to, **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "someone@example.org", to, "Re: News"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("I am away until Monday.")
    return mail.as_bytes()


async def sent(mail):
    """Let one reader get an announcement; return the address that its bounces go to."""
    await mail.join(ANA)
    await mail.announce()
    await mail.chat.deliver()
    return mail.mails[-1].sender


async def returned(mail, content, recipients=()):
    event = read(content, recipients)
    if event:
        put(mail.chat.dispatcher.services.settings.data_dir, event)
    return await mail.adapter._spool.once()


@pytest.fixture
async def mail(sqlite_storage, relay, tmp_path):
    async with mailing(sqlite_storage, relay, data_dir=tmp_path / "bot") as one:
        yield one


async def test_email_bounce_hard_suspends_the_address_and_mails_nothing_more(mail):
    to = await sent(mail)
    for _ in range(2):
        assert await returned(mail, report(to)) == 1
    assert (await mail.of(ANA)).standing is Standing.SUSPENDED
    async with mail.storage.unit_of_work(writes=False) as uow:
        assert await uow.suppressions.reason(ANA) is Barred.BOUNCED
    before = len(mail.mails)
    await mail.announce(title="More news")
    await mail.chat.deliver()
    assert len(mail.mails) == before


async def test_what_may_pass_counts_and_the_fifth_time_is_enough(mail):
    to = await sent(mail)
    for number in range(1, 6):
        assert (await mail.of(ANA)).standing is Standing.CONFIRMED, number
        await returned(mail, report(to, status="5.2.2"))
    assert (await mail.of(ANA)).standing is Standing.SUSPENDED


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
async def test_a_report_of_no_failure_means_nothing(mail, action):
    to = await sent(mail)
    assert await returned(mail, report(to, status="4.4.1", action=action)) == 0


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}, {}]
)
async def test_email_auto_reply_is_neither_answered_nor_acted_on(mail, headers):
    to = await sent(mail)
    before = len(mail.mails)
    assert await returned(mail, words(to, **headers)) == 0
    assert (await mail.of(ANA)).soft_bounces == 0
    await mail.chat.deliver()
    assert len(mail.mails) == before


async def test_an_automatic_reply_to_the_way_out_does_not_unsubscribe(mail):
    await sent(mail)
    to = mail.mails[-1]["List-Unsubscribe"].split("mailto:")[1].split("?")[0]
    assert await returned(mail, words(to, Auto_Submitted="auto-replied")) == 0
    assert await returned(mail, words(to)) == 1
    assert await mail.of(ANA) is None


async def test_a_forged_bounce_suspends_nobody(mail):
    to = await sent(mail)
    forged = to[:8] + ("a" if to[8] != "a" else "b") + to[9:]
    await returned(mail, report(forged))
    await returned(mail, report("back+leave-" + "a" * 64 + "@alliance.example"))
    await returned(mail, report(to.replace("+", "-")))
    assert (await mail.of(ANA)).standing is Standing.CONFIRMED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 99,
        b"To: =?utf-8?b?////?=\r\n\r\n",
        b"Content-Type: multipart/report\r\nTo: back+" + b"a" * 24,
    ],
)
def test_what_is_no_mail_means_nothing(content):
    assert read(content) is None


def test_the_envelope_is_believed_before_the_headers():
    key, other = "a" * 24, "b" * 24
    assert read(report(f"back+{other}@x.example"), [f"back+{key}@x.example"]) == Event("hard", key)


async def test_what_waits_in_the_folder_holds_no_address_and_goes(mail):
    to = await sent(mail)
    folder = mail.chat.dispatcher.services.settings.data_dir
    put(folder, read(report(to)))
    (file,) = (folder / "mail").iterdir()
    assert ANA not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    (folder / "mail" / "broken.json").write_text("{")
    await mail.adapter._spool.once()
    assert list((folder / "mail").iterdir()) == []


async def test_a_port_takes_mail_for_tagged_addresses_alone(mail):
    to = await sent(mail)
    settings = mail.chat.dispatcher.services.settings
    place = settings.email.model_copy(update={"bounce_listen": f"127.0.0.1:{free_port()}"})
    receiver = Receiver(settings.model_copy(update={"email": place}), mail.adapter._spool)
    await receiver.start()
    port = int(place.bounce_listen.rpartition(":")[2])
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
    async with client:
        for stranger in ("all@alliance.example", "back@alliance.example", "back+x@elsewhere.example"):
            with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
                await client.sendmail("x@example.org", [stranger], b"Subject: x\r\n\r\nx")
        await client.sendmail("", [to], report(to))
    assert (await mail.of(ANA)).standing is Standing.SUSPENDED
    taken = Receiver(settings.model_copy(update={"email": place}), mail.adapter._spool)
    with pytest.raises(ConfigError, match=r"email\.bounce_listen: cannot listen there"):
        await taken.start()
    await receiver.close()
    await asyncio.sleep(0)


async def test_bounces_of_a_second_mail_about_the_same_thing_count_too(mail):
    to = await sent(mail)
    local, _, domain = to.rpartition("@")
    await returned(mail, report(f"{local}.1a2b3c4d@{domain}"))
    assert (await mail.of(ANA)).standing is Standing.SUSPENDED
    async with mail.storage.unit_of_work(writes=False) as uow:
        assert len(await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, 1)) == 1
