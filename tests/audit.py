"""Looks whether a pinned dependency has a known vulnerability: `make audit`, `python -m tests.audit LOCK...`.

Exit code 0: none has, or each that has is excused; 1: one has, an excuse is no good, or the audit did not finish;
2: the advisories could not be read, so nothing is known (`--if-reachable` makes that 0, and says so).
Advisories come from OSV, which holds those of PyPI and GitHub.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
LOCKS = (ROOT / "tests/requirements.lock", ROOT / "tests/mailman/requirements.lock")  # the first has the run-time pins
EXCEPTIONS = ROOT / "tests/audit-exceptions.toml"
OSV = "https://api.osv.dev/v1/query"
KNOWN_BAD = ("requests", "2.30.0", "GHSA-j8r2-6x86-q33q")  # who does not know this one knows no advisories
TIMEOUT_S = 15
FAILED, UNKNOWN = 1, 2


class Faulty(Exception):
    """The audit fails; the text says why."""


def excused(path: Path, today: date) -> Mapping[str, str]:
    """Return the reasons by the id of the advisory.

    Raises:
        Faulty: names the first exception that has no id, reason or end date, or is past its end.
    """
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("exception", [])
    except tomllib.TOMLDecodeError as error:
        raise Faulty(f"{path.name}: {error}") from None
    reasons: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        name, reason, until = str(entry.get("id", "")).strip(), str(entry.get("reason", "")).strip(), entry.get("until")
        where = f"{path.name}: {name or f'exception {number}'}"
        if not name:
            raise Faulty(f"{where} needs the id of the advisory")
        if not reason:
            raise Faulty(f"{where} needs a reason")
        if type(until) is not date:
            raise Faulty(f"{where} needs an end date, such as until = 2027-03-01")
        if until < today:
            raise Faulty(f"{where} ended on {until}; update the dependency, or decide anew")
        reasons[name] = reason
    return reasons


def unreachable(advisories: str) -> str:
    """Return why the advisories cannot be read, "" when they can."""
    name, version, known = KNOWN_BAD
    question = json.dumps({"package": {"name": name, "ecosystem": "PyPI"}, "version": version}).encode()
    asked = urllib.request.Request(advisories, question, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:
            ids = {one.get("id") for one in json.load(answer).get("vulns", [])}
    except (OSError, ValueError, AttributeError) as error:
        return str(error) or type(error).__name__
    return "" if known in ids else f"the answer does not know {known} of {name} {version}"


def found(lock: Path, advisories: str) -> list[dict[str, object]]:
    """Return what pip-audit says of each pin that has an advisory; Faulty when it did not finish."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes", "--disable-pip"]
        command += ["--strict", "--vulnerability-service", "osv", "--osv-url", advisories, "--format", "json"]
        command += ["--progress-spinner", "off", "--timeout", str(TIMEOUT_S), "--cache-dir", cache]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        pins = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (run.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Faulty(f"{_named(lock)}: the audit did not finish: {last}") from None
    if not pins:
        raise Faulty(f"{_named(lock)}: nothing is pinned there")
    return [pin for pin in pins if pin["vulns"]]


def told(lock: Path, pins: list[dict[str, object]], reasons: Mapping[str, str]) -> int:
    """Print each advisory; return how many are not excused."""
    bad = 0
    for pin in pins:
        for advisory in pin["vulns"]:
            ids = [advisory["id"], *advisory["aliases"]]
            reason = next((reasons[one] for one in ids if one in reasons), "")
            mended = ", ".join(advisory["fix_versions"]) or "no release yet"
            what = f"{_named(lock)}: {pin['name']} {pin['version']}: {' '.join(ids)}; mended in: {mended}"
            print(f"{what}; excused: {reason}" if reason else what)
            bad += not reason
    return bad


def _named(lock: Path) -> str:
    """Return how the lock file is called: several have the same name."""
    return str(lock.relative_to(ROOT)) if lock.is_relative_to(ROOT) else lock.name


@click.command()
@click.argument("locks", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--advisories", default=OSV, help="Address that answers as OSV does.")
@click.option("--exceptions", default=EXCEPTIONS, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--if-reachable", is_flag=True, help="Where advisories cannot be read, say so and succeed.")
def main(locks: tuple[Path, ...], advisories: str, exceptions: Path, if_reachable: bool) -> None:
    """Audit the lock files."""
    try:
        reasons = excused(exceptions, datetime.now(UTC).date())
        if why := unreachable(advisories):
            print(
                f"Audit skipped: the advisories cannot be read here ({why}). Nothing is known about the dependencies."
            )
            sys.exit(0 if if_reachable else UNKNOWN)
        bad = sum(told(lock, found(lock, advisories), reasons) for lock in locks or LOCKS)
    except Faulty as fault:
        print(f"Audit failed: {fault}")
        sys.exit(FAILED)
    print(f"Audit failed: {bad} known vulnerabilities" if bad else "Audit: no known vulnerability that is not excused")
    sys.exit(FAILED if bad else 0)


if __name__ == "__main__":
    main()
