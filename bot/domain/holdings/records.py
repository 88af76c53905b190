"""What is held about questions to people, acts with rights, and requests."""

from __future__ import annotations

from bot.domain.holdings.holding import PUBLISHED, WITH_YOU, Goes, Holding
from bot.i18n import N_

QUESTION = Holding(
    "question",
    N_("Questions that you asked a person"),
    N_("What nobody could answer, so that a person can, and where the answer goes. Other questions are not stored."),
    N_("Until {age} after you asked. What became a topic stays, without your name."),
    names=("user_id",),
    columns={
        "text": N_("what you asked"),
        "asked_at": N_("when you asked"),
        "answer_id": N_("the number of the answer"),
        "noticed_at": N_("when people who can answer were told"),
    },
    age="questions_days",
)
GIVEN_ANSWER = Holding(
    "given_answer",
    N_("Answers that you gave, proposed or approved"),
    N_("What was answered to people's questions, and the topics made from it."),
    PUBLISHED,
    names=("answered_by", "proposed_by", "approved_by"),
    columns={
        "answered_by": N_("the account that answered"),
        "answered_at": N_("when it was answered"),
        "texts": N_("the answer"),
        "is_dismissal": N_("whether the question was closed without an answer"),
        "proposal": N_("whether it is to become a topic"),
        "titles": N_("the topic's titles"),
        "proposed_by": N_("the account that proposed the topic"),
        "approved_by": N_("the account that approved the topic"),
        "topic_id": N_("the topic it became"),
        "first_words": N_("a fingerprint of the first wording"),
    },
    goes=Goes.NAME,
)
AUDIT = Holding(
    "audit",
    N_("Your acts in the record for the steering committee"),
    N_("Who did what with a right that others lack, and what was refused, so that rights are not abused."),
    N_("Until {age} after the act; nobody can tell that it was you once you delete your data."),
    names=("who", "subject"),
    columns={
        "who": N_("a random code in place of your account"),
        "hash": N_("a code that shows whether somebody changed the record"),
        "at": N_("when it was done"),
        "act": N_("what was done"),
        "subject": N_("what it was done to, by number or code"),
        "outcome": N_("whether it was done or refused"),
    },
    age="audit_days",
    goes=Goes.STAYS,
)
AUDIT_PERSON = Holding(
    "audit_person",
    N_("Your code in that record"),
    N_("Which code in the record for the steering committee is your account."),
    WITH_YOU,
    names=("user_id",),
    columns={"ref": N_("a random code in place of your account")},
)
ROLE_GRANT = Holding(
    "role_grant",
    N_("Roles granted to you or by you"),
    N_("Who may do what, where, and until when."),
    N_("Until the role ends or you delete your data."),
    names=("user_id", "granted_by"),
    emptied=("granted_by",),
    columns={
        "user_id": N_("the account that has the role"),
        "role": N_("the role"),
        "granted_by": N_("the account that granted it"),
        "granted_at": N_("when it was granted"),
        "until": N_("when it ends"),
    },
)
BLOCK = Holding(
    "block",
    N_("Entries in the list of those who are kept out"),
    N_("So that people who do harm do not come back. A code stays when the data is deleted."),
    N_("Until the committee lets the account in again."),
    names=("user_id", "blocked_by"),
    columns={
        "code": N_("a code of the account or chapter"),
        "user_id": N_("the account that is kept out"),
        "reason": N_("why"),
        "blocked_by": N_("the account that decided"),
        "at": N_("when it was decided"),
    },
    goes=Goes.NAME,
)
REPORT = Holding(
    "report",
    N_("Reports to moderators"),
    N_("So that moderators mend what is wrong. Your account is stored only if you want an answer, or closed a report."),
    N_("Until {age} after the report."),
    names=("reporter_id", "closed_by"),
    emptied=("closed_by",),
    columns={
        "subject": N_("the number of the convening it is about"),
        "text": N_("what it is about"),
        "why": N_("why"),
        "at": N_("when it was reported"),
        "reporter_id": N_("the account that wants an answer"),
        "noticed_at": N_("when moderators were told"),
        "closed_at": N_("when a moderator closed it"),
        "closed_by": N_("the account of that moderator"),
        "answer": N_("the moderator's answer"),
    },
    age="reports_days",
)
FEEDBACK = Holding(
    "feedback",
    N_("Counts of helpful and not helpful"),
    N_("So that answers get better. Nobody is named."),
    N_("For good."),
)
INBOX = Holding(
    "inbox",
    N_("Codes of requests"),
    N_("So that nothing is done twice when a platform repeats a request. Nobody is named."),
    N_("{age}."),
    age="inbox_hours",
)
RECORDS = (QUESTION, GIVEN_ANSWER, AUDIT, AUDIT_PERSON, ROLE_GRANT, BLOCK, REPORT, FEEDBACK, INBOX)
