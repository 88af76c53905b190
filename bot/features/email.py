"""The email list in chat: get on it, get off it, see whether one is on it; and the mail that asks to confirm."""

from __future__ import annotations

from typing import Annotated

from bot.command import RUN, Delivering, Feature, Option, Rendered
from bot.context import Context
from bot.domain.deliveries import Subject
from bot.domain.subscriptions import Barred, Purpose, Standing, Subscription, Way, subscription_id
from bot.errors import NotFound, UserInputError
from bot.features.email_pages import LEAVE, PAGES, asked_words
from bot.features.join import clean_email
from bot.i18n import N_, Translator
from bot.mailing import Wish, list_id, subscribe, unsubscribe
from bot.markup import escape
from bot.permissions import STEERING
from bot.reply import Button, Field, Moment, Reply, Section

feature = Feature("email", summary=N_("The email list"), order=33)
for path, (see, act) in PAGES.items():
    feature.page("GET", path)(see)
    # a mail provider unsubscribes for all of its users from few addresses, and must never be refused (RFC 8058)
    feature.page("POST", path, writes=True, is_for_many=path == LEAVE)(act)

STATES = {
    Standing.ASKED: N_("waits for your confirmation; a link was mailed to you"),
    Standing.CONFIRMED: N_("on the list"),
    Standing.SUSPENDED: N_("paused, since mail to your address came back"),
    Standing.LEAVING: N_("leaving the list"),
}
ADDRESS = Option(N_("Your email address; that of your membership when blank"), label=N_("Email"), max_chars=254)


def _refuse_without_list(ctx: Context) -> None:
    """Let nobody ask for a list that there is not.

    Raises:
        NotFound: no mail is sent from here.
    """
    if not ctx.settings.email.is_on:
        raise NotFound(ctx.t("There is no email list here yet."), ctx.t("Whoever runs this bot can set one up."))


@feature.command("join", summary=N_("Get on the email list"), writes=True, example="email join ana@example.org")
async def join(ctx: Context, email: Annotated[str, ADDRESS] = "") -> Reply:
    """Mail a link to confirm; the answer is the same whether or not the address is on the list."""
    _refuse_without_list(ctx)
    member = await ctx.uow.members.by_user(ctx.user_id)
    own = member.email if member else ""
    address = clean_email(email, ctx.t) or own
    if not address:
        raise UserInputError(ctx.t("I need an email address."), ctx.t("Type email join ana@example.org."), "email")
    is_own = member is not None and address.casefold() == own.casefold()
    person = member.id if member and is_own else ""
    await subscribe(ctx.uow, ctx.settings, Wish(address, ctx.t.lang, Way.CHAT, person), ctx.now)
    return Reply(ctx.t("Please look into your mail."), (Section(text=escape(asked_words(ctx.t))),))


@feature.command("leave", summary=N_("Get off the email list"), writes=True, example="email leave")
async def leave(ctx: Context) -> Reply:
    """End the subscriptions that are proved to be the asker's; others end by the link in each mail."""
    ended = [one for one in await _own(ctx) if one.standing is not Standing.LEAVING]
    for one in ended:
        await unsubscribe(ctx.uow, one, ctx.settings, ctx.now)
    if ended:
        return Reply(ctx.t("You are off the email list. No more mail comes from it."))
    text = ctx.t("If mail from the list reaches you all the same, press the link “Unsubscribe” at its end.")
    return Reply(ctx.t("No address on the email list is known to be yours."), (Section(text=escape(text)),))


@feature.command("status", summary=N_("See whether you are on the email list"), example="email status")
async def status(ctx: Context) -> Reply:
    """Show the asker's subscriptions; the steering committee sees counts too, never an address."""
    t, own = ctx.t, await _own(ctx)
    sections = [_entry(one, t) for one in own]
    if not own:
        button = Button(t("Get on the email list"), RUN, "email join", "primary")
        sections.append(Section(buttons=(button,) if ctx.settings.email.is_on else ()))
    if STEERING in ctx.roles:
        sections.append(await _counts(ctx))
    said = t("You are known to the email list.") if own else t("You are not on the email list.")
    return Reply(said, tuple(sections))


def _entry(one: Subscription, t: Translator) -> Section:
    since = (Field(t("Since"), Moment(one.confirmed_at)),) if one.confirmed_at else ()
    return Section(fields=(Field(t("Email"), one.address), Field(t("State"), t(STATES[one.standing])), *since))


async def _counts(ctx: Context) -> Section:
    """Return how many are on the list, wait, and came back: what its keepers must know."""
    t = ctx.t
    found = await ctx.uow.subscriptions.counts(list_id(ctx.settings.email))
    barred = await ctx.uow.suppressions.counts()
    counted = {
        t("On the list"): found.get(Standing.CONFIRMED, 0),
        t("Not confirmed yet"): found.get(Standing.ASKED, 0),
        t("Mail came back"): found.get(Standing.SUSPENDED, 0),
        t("Left"): barred.get(Barred.LEFT, 0),
    }
    return Section(t("The whole list"), fields=tuple(Field(name, str(count)) for name, count in counted.items()))


async def _own(ctx: Context) -> tuple[Subscription, ...]:
    """Return the subscriptions that are proved to be the asker's."""
    member = await ctx.uow.members.by_user(ctx.user_id)
    found = await ctx.uow.subscriptions.of_person(member.id) if member else ()
    return tuple(one for one in found if member and member.id in (one.person_id, _claimed_new(one)))


def _claimed_new(one: Subscription) -> str:
    """Return who claims an address that nobody proved to be theirs."""
    return one.claimed_by if one.standing is Standing.ASKED else ""


@feature.delivers(Subject.SUBSCRIPTION)
async def render(delivering: Delivering) -> Rendered | None:
    """Return the mail that asks to confirm, or says that the address is on the list; None once neither is true."""
    uow, t = delivering.uow, delivering.t
    one = await uow.subscriptions.get(subscription_id(delivering.target.user_id))
    if one is None:
        return None
    if one.standing is Standing.LEAVING:
        return Rendered(Reply(t("You are off the email list. No more mail comes from it.")), 1)
    if one.waits_for_proof(delivering.now):
        path = f"/email/confirm/{uow.subscriptions.token(Purpose.CONFIRM, one)}"
        return Rendered(_please_confirm(one, delivering.settings.web.address(path), t), 1)
    return Rendered(_on_it(t), 1) if one.standing is Standing.CONFIRMED else None


def _please_confirm(one: Subscription, link: str, t: Translator) -> Reply:
    asks = (
        t("A member of the Alliance says that this address is theirs.")
        if one.standing is Standing.CONFIRMED
        else t("Somebody, we hope you, asked for the Human Rights Cities email list with this address.")
    )
    text = t("To confirm, open this page and press the button there within 48 hours:")
    ignore = t("If it was not you, do nothing: no other mail comes, and the address is forgotten.")
    if one.standing is Standing.CONFIRMED:
        ignore = t("If it was not you, do nothing: everything stays as it is.")
    words = f"{escape(asks)}\n\n{escape(text)}\n{link}\n\n{escape(ignore)}"
    return Reply(t("Please confirm your email address"), (Section(text=words),))


def _on_it(t: Translator) -> Reply:
    text = t(
        "Somebody, we hope you, asked for the email list with this address. It is on the list already, so nothing "
        "changes and there is nothing to do."
    )
    return Reply(t("You are on the email list already"), (Section(text=escape(text)),))
