"""A field is seen by those whom the member named, and by nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.visibility import FIELDS, Seen, Viewer, visible
from tests.storage.test_members import ANA

WHO = {
    "stranger": Viewer(),
    "member": Viewer(is_member=True),
    "own organizer": Viewer(frozenset({"fake:T1"}), is_member=True),
    "other organizer": Viewer(frozenset({"fake:T2"}), is_member=True),
    "committee": Viewer(is_steering=True, is_member=True),
}


@pytest.mark.parametrize(
    ("far", "sees"),
    [
        (Seen.NOBODY, set()),
        (Seen.ORGANIZERS, {"own organizer"}),
        (Seen.COMMITTEE, {"own organizer", "committee"}),
        (Seen.MEMBERS, {"member", "own organizer", "other organizer", "committee"}),
    ],
)
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_reaches_as_far_as_its_member_said(field, far, sees):
    ana = replace(ANA, chapters=("fake:T1",), shown={field: far})
    assert {name for name, viewer in WHO.items() if visible(ana, field, viewer)} == sees
    others = set(FIELDS) - {field}
    assert not any(visible(ana, other, viewer) for other in others for viewer in WHO.values())


def test_what_nobody_chose_or_can_be_read_is_seen_by_nobody():
    for shown in ({}, {"name": ""}, {"name": "everybody"}):
        assert not any(visible(replace(ANA, shown=shown), "name", viewer) for viewer in WHO.values())
