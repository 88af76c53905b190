"""A list that another program keeps: one mail to its address, and a real Mailman 3 told of members.

Mailman runs from an environment of its own, which `make test` prepares (or the one that TEST_MAILMAN names).
"""

from __future__ import annotations

import asyncio
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import HTTPBasicAuthHandler, HTTPPasswordMgrWithDefaultRealm, build_opener

import pytest
from mailmanclient import Client, MailingList
from pydantic import SecretStr

from bot.domain.deliveries import Status, Subject
from bot.domain.subscriptions import Standing
from tests.adapters.email.conftest import mailing
from tests.adapters.email.relay import relay_server
from tests.adapters.web.conftest import free_port
from tests.storage.test_members import rows

HOME = Path(os.environ.get("TEST_MAILMAN") or Path(__file__).parents[3] / ".venv" / "mailman")
READY_WITHIN_S = 90.0
USER, PASSWORD = "restadmin", "restpass"
LIST = "news@lists.example"
IDLE = ("archive", "bounces", "command", "digest", "nntp", "retry", "shunt", "task")
CONFIG = """
[mailman]
layout: here
site_owner: owner@lists.example
[paths.here]
var_dir: {folder}
[webservice]
hostname: 127.0.0.1
port: {rest}
admin_user: {user}
admin_pass: {password}
[mta]
incoming: mailman.mta.null.NullMTA
smtp_host: 127.0.0.1
smtp_port: {smtp}
lmtp_host: 127.0.0.1
lmtp_port: {lmtp}
"""


@dataclass
class Core:
    """A running Mailman."""

    rest: int
    smtp: int
    lmtp: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.rest}/3.1"

    def is_ready(self) -> bool:
        known = HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, self.url, USER, PASSWORD)
        try:
            return (
                build_opener(HTTPBasicAuthHandler(known)).open(f"{self.url}/system/versions", timeout=2).status == 200
            )
        except (URLError, HTTPError, OSError):
            return False

    def made_list(self) -> MailingList:
        return Client(self.url, USER, PASSWORD).create_domain("lists.example").create_list("news")


@pytest.fixture(scope="module")
def mailman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    if sys.version_info >= (3, 13):
        pytest.skip("Mailman itself runs on Python 3.11 and 3.12 alone: it imports nntplib")
    assert (HOME / "bin" / "master").exists(), f"no Mailman in {HOME}: make test prepares it"
    folder = tmp_path_factory.mktemp("mailman")
    core = Core(free_port(), free_port(), free_port())
    text = CONFIG.format(folder=folder / "var", user=USER, password=PASSWORD, **vars(core))
    text += "".join(f"[runner.{one}]\nstart: no\n" for one in IDLE)
    (folder / "mailman.cfg").write_text(text)
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONWARNINGS": "ignore"}
    command = [HOME / "bin" / "mailman", "-C", "mailman.cfg", "--run-as-root", "info"]  # makes folders and tables
    subprocess.run(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, check=True, timeout=READY_WITHIN_S)
    master = [HOME / "bin" / "master", "-C", str(folder / "mailman.cfg"), "--force"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(master, cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True)
    end_s = time.monotonic() + READY_WITHIN_S
    while not core.is_ready() and process.poll() is None and time.monotonic() < end_s:
        time.sleep(0.2)
    assert core.is_ready(), (folder / "log").read_text()
    yield core
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture
async def relay():
    async with relay_server() as one:
        yield one


async def soon(found):
    """Wait for what Mailman does by itself."""
    for _ in range(300):
        if found():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not happen within 30 seconds")


async def test_members_and_mail_reach_a_list_that_mailman_keeps(sqlite_storage, mailman):
    news = await asyncio.to_thread(mailman.made_list)
    keys = {
        "mode": "mailman",
        "list_address": LIST,
        "mailman_url": mailman.url,
        "mailman_user": SecretStr(USER),
        "mailman_password": SecretStr(PASSWORD),
        "from_address": "news@alliance.example",
    }
    async with relay_server(listens_at=mailman.smtp) as relay, mailing(sqlite_storage, relay, **keys) as mail:
        await _joins(mail, news, relay)
        await _leaves(mail, news)
        await _posts(mail, news, relay, mailman.lmtp)


async def _joins(mail, news, relay):
    """A member's wish becomes a request at Mailman, which asks the owner itself; a second wish is no second one."""
    await mail.chat.say("join name:Ana consent:yes email:ana@example.org email_list:yes")
    await mail.chat.deliver()
    assert [one["email"] for one in news.requests] == ["ana@example.org"]
    assert (await mail.of("ana@example.org")).standing is Standing.HANDED
    await soon(lambda: relay.to("ana@example.org"))
    assert relay.to("ana@example.org")[0]["From"].startswith("news-confirm+")
    mail.chat.clock.advance(timedelta(minutes=11))
    await mail.chat.say("email join ana@example.org", user="fake:bo")
    await mail.chat.deliver()
    assert len(news.requests) == 1
    await asyncio.to_thread(news.accept_request, news.requests[0]["token"])
    assert [one.email for one in news.members] == ["ana@example.org"]


async def _leaves(mail, news):
    """Whoever ends their wish is taken off Mailman's list, and the address goes here as well."""
    await mail.chat.say("join name:Ana consent:yes email:ana@example.org email_list:no", user="fake:ana")
    await mail.chat.deliver()
    assert [one.email for one in news.members] == []
    assert await rows(mail.storage, "subscription") == []


async def _posts(mail, news, relay, lmtp):
    """What goes to everybody is one mail to the list; Mailman takes it and sends it to its members."""
    for name in ("bo", "cy"):
        await asyncio.to_thread(
            news.subscribe, f"{name}@example.org", pre_verified=True, pre_confirmed=True, pre_approved=True
        )
    news.settings["default_nonmember_action"] = "accept"
    await asyncio.to_thread(news.settings.save)
    await mail.announce(title="Council votes today")
    await mail.chat.deliver()
    (post,) = relay.to(LIST)
    assert (post["To"], post.sender) == (LIST, "news@alliance.example")
    await asyncio.to_thread(_hand_over, post, lmtp)

    def reached():
        mails = [one for one in relay.mails if one["Subject"].endswith("Council votes today") and one is not post]
        return {address for one in mails for address in one.recipients}

    await soon(lambda: reached() == {"bo@example.org", "cy@example.org"})


def _hand_over(post, port):
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail(post.sender, [LIST], post.content)


async def test_one_mail_goes_to_the_list_address_and_an_unknown_outcome_is_held(sqlite_storage, relay):
    async with mailing(sqlite_storage, relay, mode="address", list_address="all@lists.example") as mail:
        await mail.announce()
        relay.cuts = 1
        await mail.chat.deliver()
        mail.chat.clock.advance(timedelta(minutes=1))
        await mail.chat.deliver()
        assert [one.recipients for one in mail.mails] == [["all@lists.example"]]
        assert mail.mails[0]["List-Unsubscribe"] == ""
        async with mail.storage.unit_of_work(writes=False) as uow:
            (row,) = await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, 1)
    assert (row.status, row.error_code) == (Status.HELD, "uncertain")


async def test_mailman_that_is_away_is_asked_again(sqlite_storage, relay):
    keys = {"mailman_url": "http://127.0.0.1:9/3.1", "mailman_user": SecretStr(USER), "list_address": LIST}
    async with mailing(sqlite_storage, relay, mode="mailman", **keys) as mail:
        await mail.chat.say("email join ana@example.org")
        await mail.chat.deliver()
        async with mail.storage.unit_of_work(writes=False) as uow:
            (row,) = await uow.deliveries.of_subject(Subject.SUBSCRIPTION, 1)
    assert (row.status, row.attempts) == (Status.PENDING, 0)
