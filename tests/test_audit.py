"""The dependencies: what is known to be bad about them, and what they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.audit import EXCEPTIONS, KNOWN_BAD, excused, main

ROOT = Path(__file__).parent.parent
NAME, VERSION, ADVISORY = KNOWN_BAD
# What OSV answers for it, less the long texts. Source: github/advisory-database, GHSA-j8r2-6x86-q33q.
ANSWER = {
    "vulns": [
        {
            "schema_version": "1.4.0",
            "id": ADVISORY,
            "published": "2023-05-22T20:36:32Z",
            "aliases": ["CVE-2023-32681"],
            "summary": "Unintended leak of Proxy-Authorization header in requests",
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": NAME},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.3.0"}, {"fixed": "2.31.0"}]}],
                }
            ],
        }
    ]
}
TOMORROW = datetime.now(UTC).date() + timedelta(days=1)


class Osv(BaseHTTPRequestHandler):
    """Knows one advisory."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_bad = asked["package"]["name"] == NAME and asked["version"] == VERSION
        self._say(ANSWER if is_bad and self.server.knows else {})

    def _say(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def osv(monkeypatch) -> Iterator[ThreadingHTTPServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Osv) as server:
        server.knows = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def audit(osv: ThreadingHTTPServer, lock: Path, *more: str) -> Result:
    return CliRunner().invoke(main, [str(lock), "--advisories", f"http://127.0.0.1:{osv.server_port}/v1/query", *more])


def locked(folder: Path, *pins: str) -> Path:
    path = folder / "requirements.lock"
    path.write_text("".join(f"{pin} \\\n    --hash=sha256:{'0' * 64}\n" for pin in pins))
    return path


def exceptions(folder: Path, text: str) -> str:
    path = folder / "exceptions.toml"
    path.write_text(text)
    return f"--exceptions={path}"


def test_dependency_known_bad_fails_the_audit_which_names_it(osv, tmp_path):
    result = audit(osv, locked(tmp_path, f"{NAME}=={VERSION}", "six==1.17.0"))
    assert result.exit_code == 1
    assert f"{NAME} {VERSION}: CVE-2023-32681 {ADVISORY}; mended in: 2.31.0" in result.output
    assert "six" not in result.output


def test_dependency_known_bad_passes_with_a_reason_until_its_end_date(osv, tmp_path):
    text = f'[[exception]]\nid = "CVE-2023-32681"\nreason = "no proxy here"\nuntil = {TOMORROW}'
    result = audit(osv, locked(tmp_path, f"{NAME}=={VERSION}"), exceptions(tmp_path, text))
    assert (result.exit_code, "excused: no proxy here" in result.output) == (0, True)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (f'id = "GHSA-1"\nuntil = {TOMORROW}', "GHSA-1 needs a reason"),
        (f'id = "GHSA-1"\nreason = " "\nuntil = {TOMORROW}', "GHSA-1 needs a reason"),
        ('id = "GHSA-1"\nreason = "waits"', "GHSA-1 needs an end date"),
        ('id = "GHSA-1"\nreason = "waits"\nuntil = "some day"', "GHSA-1 needs an end date"),
        ('id = "GHSA-1"\nreason = "waits"\nuntil = 2026-01-31', "GHSA-1 ended on 2026-01-31"),
        (f'reason = "waits"\nuntil = {TOMORROW}', "exception 1 needs the id"),
        ("id = no text", "exceptions.toml"),
    ],
)
def test_dependency_known_bad_is_not_excused_without_reason_or_past_the_end(osv, tmp_path, entry, said):
    result = audit(osv, locked(tmp_path, "six==1.17.0"), exceptions(tmp_path, f"[[exception]]\n{entry}\n"))
    assert (result.exit_code, said in result.output) == (1, True), result.output


def test_what_is_excused_today_has_a_reason_and_an_end():
    excused(EXCEPTIONS, datetime.now(UTC).date())


def test_a_clean_lock_passes(osv, tmp_path):
    result = audit(osv, locked(tmp_path, "six==1.17.0", f"{NAME}==2.31.0"))
    assert result.exit_code == 0, result.output


def test_a_lock_that_cannot_be_read_fails(osv, tmp_path):
    result = audit(osv, locked(tmp_path, "six>=1"))
    assert (result.exit_code, "did not finish" in result.output) == (1, True)


@pytest.mark.parametrize(("more", "code"), [((), 2), (("--if-reachable",), 0)])
def test_without_advisories_the_audit_says_that_nothing_is_known(osv, tmp_path, more, code):
    lock = locked(tmp_path, f"{NAME}=={VERSION}")
    osv.knows = False
    empty = audit(osv, lock, *more)
    osv.shutdown()
    osv.server_close()
    for result in (empty, audit(osv, lock, *more)):
        assert (result.exit_code, "Nothing is known" in result.output) == (code, True)


def pins(lock: str) -> set[str]:
    lines = (ROOT / lock).read_text().splitlines()
    return {line.partition(" ")[0] for line in lines if "==" in line.partition(" ")[0]}


def test_the_audit_of_the_tests_lock_covers_what_runs():
    assert pins("requirements.lock") - pins("tests/requirements.lock") == set()


def test_the_sbom_names_every_pin_of_what_runs_with_hashes(tmp_path):
    """The recipe of `make sbom` in this environment; `-o` keeps make from setting up one of its own."""
    command = ["make", "-C", str(ROOT), "sbom", f"SBOM={tmp_path}/sbom.json", f"VENV={sys.prefix}"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    subprocess.run([*command, "-o", f"{sys.prefix}/.test"], check=True, capture_output=True, env=environment)
    sbom = json.loads((tmp_path / "sbom.json").read_text())
    named = {f"{one['name']}=={one['version']}" for one in sbom["components"]}
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["name"]) == ("CycloneDX", "hrc-bot")
    assert pins("requirements.lock") <= named
    assert all(one["externalReferences"][0]["hashes"] for one in sbom["components"])
