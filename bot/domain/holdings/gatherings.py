"""What is held about convenings, announcements and where they go."""

from __future__ import annotations

from bot.domain.holdings.holding import PUBLISHED, WITH_YOU, Goes, Holding
from bot.i18n import N_

RSVP = Holding(
    "rsvp",
    N_("Answers to convenings"),
    N_("Whether you come, so that there is room for everybody and you hear of changes."),
    WITH_YOU,
    names=("person_id", "user_id"),
    moves=("person_id",),
    columns={
        "answer": N_("yes, maybe or no"),
        "answered_at": N_("when you answered"),
        "position": N_("your place among those who come"),
        "needs": N_("what you need to take part; organizers of that convening see it"),
        "speaks": N_("the languages you need there; organizers of that convening see it"),
        "is_hidden": N_("whether your name is hidden from organizers too"),
        "user_id": N_("the account where you are told of changes"),
    },
)
CONVENING = Holding(
    "convening",
    N_("Convenings that you announced"),
    N_("What people need to know to come."),
    PUBLISHED,
    names=("created_by",),
    columns={
        "title": N_("what it is called"),
        "starts_local": N_("when it starts, by the clock there"),
        "starts_zone": N_("the time zone there"),
        "ends_local": N_("when it ends, by the clock there"),
        "ends_zone": N_("the time zone there"),
        "place": N_("where it is"),
        "city": N_("the city"),
        "description": N_("what it is about"),
        "descripcion": N_("what it is about, in Spanish"),
        "link": N_("where it is online"),
        "host": N_("who hosts it"),
        "themes": N_("its themes"),
        "hide_place": N_("whether only those who come are told the place"),
        "skipped": N_("the dates it leaves out"),
        "audience": N_("for whom it is"),
        "languages": N_("languages spoken there"),
        "access": N_("what is there for people with disabilities, parents and others"),
        "capacity": N_("how many can come; 0 for no limit"),
        "hide_names": N_("whether nobody sees who comes"),
        "repeat": N_("when it comes again"),
        "reminders": N_("how long before it people are reminded"),
        "cancelled_at": N_("when it was cancelled"),
        "cancelled_reason": N_("why it was cancelled"),
    },
    technical=("look_at",),
    goes=Goes.NAME,
)
ANNOUNCEMENT = Holding(
    "announcement",
    N_("Announcements that you wrote or sent"),
    N_("What was announced, where and when; the texts themselves name nobody."),
    PUBLISHED,
    names=("created_by", "sent_by"),
    columns={
        "audience": N_("for whom it is"),
        "when_local": N_("when it goes out, by the clock there"),
        "when_zone": N_("the time zone there"),
        "sent_at": N_("when it was sent"),
        "sent_by": N_("the account that sent it"),
        "only_city": N_("the city it is for"),
        "only_region": N_("the part of the world it is for"),
        "only_theme": N_("the theme it is about"),
        "only_lang": N_("the language of those it is for"),
        "only_role": N_("the role of those it is for"),
        "until_local": N_("until when it is true, by the clock there"),
        "until_zone": N_("the time zone there"),
        "corrected_at": N_("when its texts were corrected"),
        "reason": N_("why it was withdrawn"),
    },
    goes=Goes.NAME,
)
CORRECTION = Holding(
    "correction",
    N_("Corrections of announcements that you wrote"),
    N_("Other words for an announcement, until a second person approves them and afterwards."),
    PUBLISHED,
    names=("created_by",),
    columns={
        "announcement_id": N_("the number of the announcement"),
        "title": N_("the new title"),
        "message": N_("the new text"),
        "message_es": N_("the new text in Spanish"),
    },
    goes=Goes.NAME,
)
APPROVAL = Holding(
    "approval",
    N_("Requests that you decided as a second person"),
    N_("So that nobody alone sends or publishes what needs two."),
    PUBLISHED,
    names=("decided_by",),
    columns={
        "kind": N_("what it is about"),
        "subject_id": N_("the number of what it is about"),
        "fingerprint": N_("a code of exactly what was to be approved"),
        "role": N_("who may approve it"),
        "asked_at": N_("when it was asked"),
        "expires_at": N_("when it lapses"),
        "verdict": N_("what was decided"),
        "decided_by": N_("the account that decided"),
        "decided_at": N_("when it was decided"),
        "reason": N_("why it was declined"),
    },
    goes=Goes.NAME,
)
APPROVAL_HAND = Holding(
    "approval_hand",
    N_("Requests for a second person that you had a hand in"),
    N_("So that nobody approves their own."),
    WITH_YOU,
    names=("user_id",),
    columns={"approval_id": N_("the number of the request"), "position": N_("0 for whoever asked")},
)
FOLLOW = Holding(
    "follow",
    N_("Channels that you let follow"),
    N_("Which channel receives what."),
    PUBLISHED,
    names=("created_by",),
    columns={"paused_reason": N_("why nothing is posted there")},
    goes=Goes.NAME,
)
DELIVERY = Holding(
    "delivery",
    N_("Messages to you"),
    N_("Direct messages that wait or were sent, so that none is lost and none comes twice; not their texts."),
    WITH_YOU,
    names=("user_id",),
    columns={
        "subject": N_("what it tells"),
        "subject_id": N_("the number of what it tells about"),
        "address": N_("where it goes"),
        "status": N_("whether it waits or was sent"),
        "shown_at": N_("when it was sent"),
        "error_code": N_("why it could not be sent"),
        "next_attempt_at": N_("when it is tried"),
        "message_id": N_("the message on the platform"),
    },
    technical=(
        *("part", "lane_id", "key", "wanted", "shown", "attempts", "rank", "turn", "tried"),
        *("lease_owner", "lease_until", "first_try_at", "last_try_at"),
    ),
)
GATHERINGS = (RSVP, DELIVERY, CONVENING, ANNOUNCEMENT, CORRECTION, APPROVAL, APPROVAL_HAND, FOLLOW)
