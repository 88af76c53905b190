"""A second person: told, sees exactly what will happen, and nobody approves what they had a hand in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated

import pytest

from bot import approvals
from bot.command import Approvable, Feature, Option, Shown
from bot.domain.approvals import Approvers, fingerprint_of
from bot.features import approvals as shared
from bot.permissions import ORGANIZER as ROLE_ORGANIZER
from bot.permissions import STEERING as ROLE_STEERING
from bot.permissions import organizer
from bot.registry import Registry
from bot.reply import Reply, Section
from bot.settings import Approvals
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING
from tests.storage.test_members import ANA, rows

SECOND = STEERING | {"user": "fake:second"}
OTHER_ORGANIZER = ORGANIZER | {"user": "fake:otilia"}
COMMITTEE = ("fake:steering", "fake:second")


class Bells:
    """A thing that needs a second person: bells that ring once it is approved; `tune` is what an approver sees."""

    def __init__(self):
        self.tune, self.rung, self.channels = "Ode to Joy", [], 3
        self.feature = Feature("bell", "Bells")
        self.feature.approves("bell", Approvable("A bell waits.", self._named, self._preview, self._apply))
        self.feature.command("ring", summary="Ring", check=organizer, writes=True)(self._ring)

    async def _ring(self, ctx, bell: Annotated[int, Option("Bell")], role: Annotated[str, Option("Role")]) -> Reply:
        who = Approvers(role, ctx.workspace_id if role == ROLE_ORGANIZER else "")
        if not await approvals.is_needed(ctx, who, (ctx.user_id,)):
            self.rung.append(bell)
            return Reply("Rings.")
        asked = await approvals.ask(ctx, "bell", bell, fingerprint_of(self.tune), who, (ctx.user_id,))
        return Reply("Waits.", (approvals.asked_section(ctx, asked),))

    async def _named(self, _uow, number, _t):
        return f"Bell {number}"

    async def _preview(self, _ctx, _number):
        if not self.tune:
            return None
        seen = fingerprint_of(self.tune, self.channels)
        return Shown((Section(self.tune, f"{self.channels} channels"),), fingerprint_of(self.tune), seen)

    async def _apply(self, _ctx, approval):
        self.rung.append(approval.subject_id)
        return Reply("Rings now.", replaces=True)


@pytest.fixture
def bells():
    return Bells()


def _two(bells, committee=COMMITTEE):
    return {"registry": _registry(bells), "steering": committee, "approvals": Approvals()}


def _registry(bells):
    return Registry((bells.feature, shared.feature))


@pytest.fixture
async def chat(sqlite_storage, bells):
    async with conversation(
        sqlite_storage, registry=_registry(bells), steering=COMMITTEE, approvals=Approvals()
    ) as chat:
        yield chat


async def _ring(chat, role=ROLE_STEERING, bell=7, **who):
    return await chat.say(f"bell ring {bell} {role}", **who or STEERING)


async def _told(chat, user="fake:second"):
    await chat.deliver()
    return chat.messenger.seen_in(user)


async def _checked(chat, **who):
    return await chat.say("approvals show 1", **who or SECOND)


async def test_a_second_person_is_told_once_sees_what_will_happen_and_approves_it(chat, bells):
    assert "Somebody else in the steering committee has to approve it" in words_of(await _ring(chat))
    await _ring(chat)
    (notice,) = await _told(chat)
    assert (notice.summary, notice.sections[0].title) == ("A bell waits.", "Bell 7")
    assert await _told(chat, "fake:steering") == []
    shown = await chat.press(notice, "Check it", **SECOND)
    assert "Ode to Joy\n3 channels" in words_of(shown)
    assert bells.rung == []
    done = await chat.press(shown, "Approve")
    assert (done.summary, bells.rung) == ("Rings now.", [7])
    assert [one.summary for one in await _told(chat)] == ["This request is settled."]
    assert [one.summary for one in await _told(chat, "fake:steering")] == ["What you asked for is approved."]


async def test_nobody_approves_their_own_from_whichever_account(chat, bells, sqlite_storage):
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        for account in COMMITTEE:
            await uow.members.save(ANA, account)
    refused = await _ring(chat)
    assert refused.summary == "Nobody else could approve this: I know of no second person who may."
    assert await rows(sqlite_storage, "approval") == []
    assert bells.rung == []


@pytest.mark.parametrize("is_linked_later", [False, True], ids=["asker", "linked account"])
async def test_who_asked_sees_no_approve_button_and_a_forged_press_is_refused(
    chat, bells, sqlite_storage, is_linked_later
):
    await _ring(chat)
    seen = button_of(await _checked(chat), "Approve")
    who = STEERING
    if is_linked_later:
        async with sqlite_storage.unit_of_work(writes=True) as uow:
            for account in COMMITTEE:
                await uow.members.save(ANA, account)
        who = SECOND
    own = await _checked(chat, **who)
    assert "you had a hand in it" in words_of(own)
    with pytest.raises(LookupError):
        button_of(own, "Approve")
    forged = Reply("", (Section(buttons=(seen,)),))
    assert (await chat.press(forged, "Approve", **who)).summary == "Nobody approves what they had a hand in themselves."
    assert "Nobody approves" in (await chat.say("approvals decline 1 reason:no", **who)).summary
    assert bells.rung == []


async def test_a_request_lapses_when_the_thing_changes(chat, bells):
    await _ring(chat)
    shown = await _checked(chat)
    bells.tune = "Bolero"
    lapsed = await chat.press(shown, "Approve", **SECOND)
    assert "This request is not valid any more" in lapsed.summary
    assert bells.rung == []
    bells.tune = "Ode to Joy"
    assert "not valid any more" in (await chat.press(shown, "Approve", **SECOND)).summary
    assert "it changed meanwhile" in (await _told(chat, "fake:steering"))[-1].summary


async def test_a_new_request_about_a_changed_thing_ends_the_older_one(chat, bells):
    await _ring(chat)
    bells.tune = "Bolero"
    await _ring(chat)
    assert "not valid any more" in (await _checked(chat)).summary
    await chat.press(await chat.say("approvals show 2", **SECOND), "Approve")
    assert bells.rung == [7]


async def test_what_is_shown_again_when_only_its_reach_changed(chat, bells):
    await _ring(chat)
    shown = await _checked(chat)
    bells.channels = 300
    again = await chat.press(shown, "Approve", **SECOND)
    assert again.summary == "It changed since you saw it. Please check it again."
    assert "300 channels" in words_of(again)
    assert bells.rung == []
    assert (await chat.press(again, "Approve")).summary == "Rings now."


async def test_a_request_lapses_after_the_configured_days(sqlite_storage, bells):
    chosen = {"registry": _registry(bells), "steering": COMMITTEE, "approvals": Approvals(days=3)}
    async with conversation(sqlite_storage, **chosen) as chat:
        await _ring(chat)
        shown = await _checked(chat)
        chat.clock.advance(timedelta(days=3))
        assert "not valid any more" in (await chat.press(shown, "Approve", **SECOND)).summary
        assert "Nothing waits" in (await chat.say("approvals list", **SECOND)).summary
        assert bells.rung == []


async def test_declining_needs_a_reason_and_whoever_asked_reads_it(chat, bells):
    await _ring(chat)
    form = await chat.press(await _checked(chat), "Decline", **SECOND)
    assert [one.name for one in form.inputs] == ["number", "reason"]
    assert "declined" in (await chat.submit(form, {"reason": "Too *loud*"})).summary
    (verdict,) = await _told(chat, "fake:steering")
    assert "What you asked for was declined." in verdict.summary
    assert "The reason: Too *loud*" in words_of(verdict)
    assert (await _checked(chat)).summary == "It was declined."
    assert bells.rung == []


async def test_approve_pressed_at_the_same_moment_acts_once(storage, bells):
    async with conversation(storage, **_two(bells)) as chat:
        await _ring(chat)
        shown = await _checked(chat)
        replies = await asyncio.gather(*(chat.press(shown, "Approve") for _ in range(3)))
        assert sorted(one.summary for one in replies) == ["It is approved already."] * 2 + ["Rings now."]
    assert bells.rung == [7]
    (row,) = await rows(storage, "approval")
    assert (row["verdict"], row["decided_by"]) == ("approved", "fake:second")
    async with storage.unit_of_work(writes=False) as uow:
        (one,) = await uow.approvals.of("bell", 7)
        assert (one.hands, one.approvers) == (("fake:steering",), Approvers(ROLE_STEERING))


async def test_approve_pressed_twice_acts_once(chat, bells):
    await _ring(chat)
    shown = await _checked(chat)
    await chat.press(shown, "Approve")
    assert (await chat.press(shown, "Approve")).summary == "It is approved already."
    assert bells.rung == [7]


@pytest.mark.parametrize("who", [MEMBER, ORGANIZER, ELSEWHERE], ids=["member", "organizer", "another chapter"])
async def test_a_request_looks_unknown_to_those_without_the_right(chat, bells, who):
    await _ring(chat)
    seen = button_of(await _checked(chat), "Approve")
    assert (await _checked(chat, **who)).summary == "I do not know that request."
    assert "I do not know" in (await chat.press(Reply("", (Section(buttons=(seen,)),)), "Approve", **who)).summary
    assert "Nothing waits" in (await chat.say("approvals list", **who)).summary
    assert bells.rung == []


async def test_a_chapters_request_is_approved_by_its_other_organizer_or_the_committee(chat, bells):
    asked = await _ring(chat, ROLE_ORGANIZER, **ORGANIZER)
    assert "Another organizer of this chapter can approve it" in words_of(asked)
    assert (await _checked(chat, **ELSEWHERE)).summary == "I do not know that request."
    assert button_of(await _checked(chat, **SECOND), "Approve")
    await chat.press(await _checked(chat, **OTHER_ORGANIZER), "Approve")
    assert bells.rung == [7]


async def test_one_person_alone_acts_where_the_configuration_says_so(sqlite_storage, bells):
    registry = _registry(bells)
    async with conversation(sqlite_storage, registry=registry, approvals=Approvals(alone=True)) as chat:
        assert (await _ring(chat)).summary == "Rings."
        assert (await _ring(chat, ROLE_ORGANIZER, **ORGANIZER)).summary == "Rings."
    chosen = Approvals(alone_chapters=("fake:T1",))
    async with conversation(sqlite_storage, registry=registry, approvals=chosen) as chat:
        assert (await _ring(chat, ROLE_ORGANIZER, **ORGANIZER)).summary == "Rings."
        assert (await _ring(chat, ROLE_ORGANIZER, **ELSEWHERE)).summary == "Waits."
        assert "Nobody else could approve this" in (await _ring(chat)).summary
    async with conversation(
        sqlite_storage, registry=registry, approvals=Approvals(alone=True), steering=COMMITTEE
    ) as chat:
        assert (await _ring(chat)).summary == "Waits."


async def test_whoever_lost_the_right_is_told_nothing_and_approves_nothing(sqlite_storage, bells):
    async with conversation(
        sqlite_storage, registry=_registry(bells), steering=COMMITTEE, approvals=Approvals()
    ) as chat:
        await _ring(chat)
        shown = await _checked(chat)
    async with conversation(
        sqlite_storage, registry=_registry(bells), steering=("fake:steering",), approvals=Approvals()
    ) as chat:
        assert await _told(chat) == []
        assert (await chat.press(shown, "Approve", **SECOND)).summary == "I do not know that request."
        assert bells.rung == []


async def test_every_decision_is_audited(chat, sqlite_storage):
    await _ring(chat)
    await chat.press(await _checked(chat), "Approve")
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        acts = [(one.user_id, one.act, one.subject) for one in await uow.audit.recent()]
    assert acts == [("fake:second", "approvals approve", "bell:7"), ("fake:steering", "approvals ask", "bell:7")]


async def test_who_is_erased_leaves_no_hand_and_what_waited_lapses(chat, sqlite_storage, bells):
    await _ring(chat)
    shown = await _checked(chat)
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        assert (await uow.members.kept("fake:steering")).counts["approval_hand"] == 1
        await uow.members.erase("fake:steering")
    assert await rows(sqlite_storage, "approval_hand") == []
    assert "not valid any more" in (await chat.press(shown, "Approve", **SECOND)).summary
    assert bells.rung == []


async def test_the_list_shows_what_concerns_the_person(chat):
    await _ring(chat)
    own = await chat.say("approvals list", **STEERING)
    assert own.summary == "1 request waits for a second person."
    assert "It is yours" in words_of(own)
    other = await chat.say("approvals list", **SECOND)
    assert "It is yours" not in words_of(other)
    assert "Ode to Joy" in words_of(await chat.press(other, "Check it"))
