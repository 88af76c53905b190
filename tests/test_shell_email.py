"""`hrc-bot email` and what `doctor` says of the relay, in the real process."""

from __future__ import annotations

import asyncio
import base64

import pytest

from bot.doctor import Check
from bot.email_settings import Email
from bot.settings import Settings, Web
from tests.adapters.email.relay import relay_server
from tests.adapters.email.test_returns import report
from tests.command_line import Shell

MAIL = {
    "HRC_EMAIL_HOST": "127.0.0.1",
    "HRC_EMAIL_TLS": "none",
    "HRC_EMAIL_FROM_ADDRESS": "news@alliance.example",
    "HRC_WEB_PUBLIC_URL": "https://bot.alliance.example",
}
SIGNED = (
    "DKIM-Signature: v=1; a=rsa-sha256; d=alliance.example; s=x;\r\n h={covered}; bh=x; b=x\r\n"
    "From: news@alliance.example\r\nList-Unsubscribe: <https://x.example/>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nx"
)


async def checked(**email):
    from adapters.email.doctor import examined

    keys = {"host": "127.0.0.1", "tls": "none", "from_address": "news@alliance.example"} | email
    return await examined(Settings(email=Email(**keys), web=Web(public_url="https://bot.alliance.example")), [])


def test_import_and_export_from_the_shell(tmp_path):
    shell = Shell(tmp_path)
    (tmp_path / "list.csv").write_text("address,consented,lang\nana@example.org,2025-05-01,es\nnobody,2025-05-01,\n")
    ended = shell.run("email", "import", "list.csv", **MAIL)
    assert (ended.code, ended.out.splitlines()) == (0, ["1: added", "1: no address"])
    ended = shell.run("email", "export", "out.csv", **MAIL)
    assert ended.code == 0, ended.err
    assert "ana@example.org,2025-05-01,es,import" in (tmp_path / "out.csv").read_text("utf-8-sig")
    assert (tmp_path / "out.csv").stat().st_mode & 0o077 == 0
    (tmp_path / "list.csv").write_text("mail\nx\n")
    ended = shell.run("email", "import", "list.csv", **MAIL)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("hrc-bot: list.csv: the first line must name the columns")


def test_the_list_is_sealed_with_the_keys_of_the_environment(tmp_path):
    shell, keys = Shell(tmp_path), {**MAIL, "HRC_SECRET_KEYS": base64.b64encode(bytes(range(32))).decode()}
    (tmp_path / "list.csv").write_text("address,consented,lang\nana@example.org,2025-05-01,es\n")
    assert shell.run("email", "import", "list.csv", **keys).out == "1: added\n"
    assert not (shell.data / "secret.keys").exists()
    assert "ana@example.org" in shell.run("email", "export", **keys).out


def test_the_pipe_leaves_a_file_for_the_running_bot(tmp_path):
    shell = Shell(tmp_path)
    key = "k" * 24
    assert shell.run("email", "bounce", lines=report(f"back+{key}@alliance.example"), **MAIL).code == 0
    (file,) = (shell.data / "mail").iterdir()
    assert file.read_text() == f'{{"kind": "hard", "tag": "{key}"}}'


@pytest.mark.parametrize(
    ("covered", "said"),
    [
        ("From:To:List-Unsubscribe:List-Unsubscribe-Post", "The signature covers"),
        ("from:list-unsubscribe", "The signature does not cover List-Unsubscribe-Post."),
    ],
)
def test_a_received_mail_tells_what_its_signature_covers(covered, said):
    from adapters.email.signatures import judged

    is_well, words = judged(SIGNED.format(covered=covered).encode())
    assert words.startswith(said)
    assert is_well == said.startswith("The signature covers")
    assert not judged(SIGNED.split("\r\n", 2)[2].encode())[0]


async def test_doctor_tells_how_the_relay_is():
    async with relay_server() as relay:
        found = {one.subject: one for one in await checked(port=relay.port)}
        assert found["mail relay"] == Check("mail relay", "ok", "127.0.0.1 can be reached, in the clear, without login")
        assert found["mail that comes back"].state == "warning"
        (refused, *_) = await checked(port=relay.port, tls="starttls")
        assert (refused.state, refused.said) == ("fault", "it offers no encryption that can be trusted")
        assert relay.mails == []
    (away, *_) = await checked(port=9)
    assert (away.state, away.said) == ("fault", "it cannot be reached")
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("email", "line"),
    [
        ({"from_address": ""}, "email.from_address (not set)"),
        ({"mode": "address"}, "email.list_address (not set)"),
        ({"mode": "mailman", "list_address": "l@x.example"}, "email.mailman_url (not set)"),
        ({"host": "smtp.example.org", "user": "news"}, "email.tls none"),
    ],
)
async def test_a_section_that_lacks_something_is_named_with_its_fix(email, line):
    (fault,) = await checked(**email)
    assert fault.state == "fault"
    assert fault.said.startswith(line)
