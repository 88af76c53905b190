"""What is held about people who join, and how they want to be written to."""

from __future__ import annotations

from bot.domain.holdings.holding import WITH_YOU, Holding
from bot.i18n import N_

MEMBER = Holding(
    "member",
    N_("Your record as a member"),
    N_("What you told when you joined, so that the Alliance knows whom it can reach and how."),
    WITH_YOU,
    names=("id",),
    columns={
        "id": N_("a random code for your record"),
        "name": N_("the name you chose"),
        "city": N_("where you organize"),
        "email": N_("your email address"),
        "languages": N_("languages you speak"),
        "interests": N_("what you care or know about"),
        "zone": N_("your time zone"),
        "email_list": N_("whether you want news by email"),
        "consent_version": N_("the consent text that you saw last"),
        "consented_at": N_("when you consented last"),
        "created_at": N_("when you joined"),
        "shown": N_("who may see which of these fields; nobody where nothing stands"),
    },
)
ACCOUNT = Holding(
    "account",
    N_("Your linked accounts"),
    N_("Which accounts are you, so that you count once and find your data on each platform."),
    WITH_YOU,
    names=("member_id", "user_id"),
    columns={"workspace_id": N_("the workspace or server where the account joined")},
)
PREFERENCE = Holding(
    "preference",
    N_("Your settings"),
    N_("How you want to be written to."),
    WITH_YOU,
    names=("person_id",),
    moves=("person_id",),
    columns={
        "lang": N_("the language you chose"),
        "zone": N_("your time zone, before you join"),
        "quiet_from": N_("when your quiet hours begin"),
        "quiet_to": N_("when your quiet hours end"),
        "reminders": N_("whether you want reminders of convenings"),
        "direct_announcements": N_("whether you want announcements as direct messages"),
        "digest": N_("whether you want one message a week in place of single ones"),
        "topics": N_("the themes you want to hear about; all where none stands"),
    },
)
CONSENT = Holding(
    "consent",
    N_("Your consents"),
    N_("When and how you agreed to what, and when you took it back; it is only ever added to."),
    WITH_YOU,
    names=("member_id",),
    moves=("member_id",),
    columns={
        "kind": N_("what it is about"),
        "is_given": N_("whether you agreed, or took it back"),
        "way": N_("how you said it"),
        "text_version": N_("which text you saw"),
        "at": N_("when you said it"),
    },
)
DRAFT = Holding(
    "draft",
    N_("Forms not finished"),
    N_("What you typed into a form that came back with an error, so that you need not type it again."),
    N_("Until you send the form, at most {age}."),
    names=("user_id",),
    columns={
        "token": N_("a random code"),
        "name": N_("the command of the form"),
        "values": N_("what you typed"),
    },
    age="forms_minutes",
)
SUBSCRIPTION = Holding(
    "subscription",
    N_("Subscriptions to the email list"),
    N_("Which address gets news by email, who asked for it, and that its owner confirmed it."),
    N_("Until you leave the list or delete your data; two days where nobody confirms."),
    names=("id", "person_id"),
    moves=("person_id", "claimed_by"),
    columns={
        "list_id": N_("which list"),
        "code": N_("a code by which the address is found"),
        "address": N_("the address"),
        "standing": N_("whether it is confirmed"),
        "asked_at": N_("when it was asked for"),
        "way": N_("how it was asked for"),
        "text_version": N_("which text you saw"),
        "claimed_by": N_("the code of the record that asked for it, until the address is confirmed"),
        "confirmed_at": N_("when the address was confirmed"),
        "asks": N_("how many mails to confirm were sent"),
        "mailed_at": N_("when the last mail to confirm was sent"),
        "soft_bounces": N_("how many mails came back"),
        "bounced_at": N_("when a mail came back last"),
    },
)
CALENDAR = Holding(
    "calendar",
    N_("Calendar addresses of your own"),
    N_("So that your calendar shows the convenings that you answered; the address itself is not stored."),
    WITH_YOU,
    names=("user_id",),
    columns={"secret_hash": N_("a code of the secret in your calendar's address")},
)
LINK = Holding(
    "link",
    N_("Codes that link your accounts"),
    N_("So that two accounts become one person only when both say so."),
    N_("Until it is done, at most {age} after the last step."),
    names=("maker", "taker"),
    columns={
        "maker": N_("the account that made the code"),
        "maker_name": N_("what that account is called"),
        "maker_workspace": N_("the workspace or server where it made the code"),
        "code": N_("a code that shows whether the code typed is right"),
        "taker": N_("the account that typed the code"),
        "taker_name": N_("what that account is called"),
        "taker_workspace": N_("the workspace or server where it typed the code"),
        "is_taken": N_("whether that account confirmed it"),
    },
    age="links_minutes",
)
LINK_TRY = Holding(
    "link_try",
    N_("Wrong codes that you typed"),
    N_("So that nobody can guess codes."),
    N_("One hour."),
    names=("user_id",),
    columns={"count": N_("how many"), "since": N_("since when")},
)
SUPPRESSION = Holding(
    "suppression",
    N_("Codes of addresses that are not written to"),
    N_("So that nobody who left or was erased comes back with an imported list. The codes cannot be read back."),
    N_("For good, unless you ask for mail again."),
)
CONVERSATION = Holding(
    "conversation",
    N_("The topic answered last in a conversation"),
    N_("So that short questions that follow are understood. Nobody is named."),
    N_("A few minutes."),
)
PEOPLE = (
    CONSENT,
    PREFERENCE,
    SUBSCRIPTION,
    CALENDAR,
    LINK,
    LINK_TRY,
    DRAFT,
    ACCOUNT,
    MEMBER,
    SUPPRESSION,
    CONVERSATION,
)
