"""From candidates to decisions: who is told, who is not, and why not (F13, R94)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from models.terms import Channel, ReminderState, SuppressedWhy
from services.policy.reminders import DATED, OWN_EXEMPTION
from services.reminders import words
from services.reminders.decided import Decided, Due, Suppressed
from services.reminders.moment import Candidate, Moment
from services.reminders.people import Key, Known, Person
from services.rulebook.reminders import Recipient

#: Rows that do not settle a reminder: none at all, or one that waits for the end of the quiet hours.
_OPEN = frozenset({None, ReminderState.PLANNED})
#: For somebody who pushes: what was not said may be tried again on the same day, what waits goes by itself.
_OPEN_TO_PUSH = frozenset({None, ReminderState.SUPPRESSED})
#: Outcomes that count towards the limit of the month: said, or put on the list to be said by telephone.
_SAID = frozenset({None, SuppressedWhy.UNBOUND})


@dataclass
class Judge:
    """Judges one chunk after the other.

    `carry` says that nothing is written between the chunks: then what a secretary of two branches was told
    for one of them is remembered here, while otherwise the outbox itself says so. `branches` are the names
    of those whose business it is. `pushing` says that a secretary has pressed (R95).
    """

    moment: Moment
    carry: bool = False
    pushing: bool = False
    branches: dict[int, str] = field(default_factory=dict)
    _carried: dict[tuple[int, str], int] = field(default_factory=dict)

    def decide(self, candidates: Sequence[Candidate], known: Known) -> Decided:
        """Return what becomes of these candidates; what was settled before is passed over in silence."""
        found, said = Decided(), Counter(self._carried)
        for each in self._together(candidates, known):
            person = known.people.get(each.member)
            state = known.told.get(_key(each))
            if person is None or state not in (_OPEN_TO_PUSH if self.pushing else _OPEN):
                continue
            why = self._why(each, person, known, said)
            if why is None:
                found.due.append(self._due(each, person, fresh=state is None))
            else:
                found.suppressed.append(self._suppressed(each, person, why, fresh=state is None))
            if why in _SAID:
                self._count(each, said)
        return found

    def _together(self, candidates: Sequence[Candidate], known: Known) -> list[Candidate]:
        """Let the first of several people whom a secretary should think of speak for all of them."""
        groups: dict[tuple[int, int, str], list[Candidate]] = {}
        for each in candidates:
            if each.about is not None and known.told.get(_key(each)) in _OPEN:
                groups.setdefault((each.member, each.branch, each.topic), []).append(each)
        spoken: dict[int, Candidate] = {}
        for group in groups.values():
            names = [each.holes["person"] for each in group]
            spoken[id(group[0])] = replace(group[0], holes={**group[0].holes, **words.of_people(names)})
        return [spoken.get(id(each), each) for each in candidates]

    def _why(
        self, each: Candidate, person: Person, known: Known, said: Mapping[tuple[int, str], int]
    ) -> SuppressedWhy | None:
        """Return the first reason against sending, None when there is none."""
        if each.why is not None:
            return each.why
        nudge = each.topic not in DATED
        to_member = self.moment.topic(each.topic).to is Recipient.MEMBER
        if to_member and each.topic not in DATED | OWN_EXEMPTION and each.member in known.exempt:
            return SuppressedWhy.EXEMPT
        if not person.wants or (each.member, each.topic) in known.left:
            return SuppressedWhy.OPTED_OUT
        key = (each.member, each.topic)
        if nudge and known.in_month.get(key, 0) + said.get(key, 0) >= self.moment.rules.a_month:
            return SuppressedWhy.FREQUENCY
        if not person.reachable:
            return SuppressedWhy.UNBOUND
        return SuppressedWhy.QUIET_HOURS if self._silent else None

    @cached_property
    def _silent(self) -> bool:
        return self.moment.silent

    @cached_property
    def _sendable(self) -> datetime:
        return self.moment.sendable

    def _count(self, each: Candidate, said: Counter[tuple[int, str]]) -> None:
        if each.topic in DATED:
            return
        key = (each.member, each.topic)
        said[key] += 1
        if self.carry and self.moment.topic(each.topic).to is Recipient.SECRETARY:
            self._carried[key] = said[key]

    def _due(self, each: Candidate, person: Person, *, fresh: bool) -> Due:
        rules = self.moment.topic(each.topic)
        holes = {"name": person.name, "branch": self.branches.get(each.branch, ""), **each.holes}
        return Due(
            member=each.member,
            number=person.number,
            branch=each.branch,
            topic=each.topic,
            period=each.period,
            channel=Channel.TEMPLATE,
            fields=words.fields(rules, holes),
            words=words.page_words(rules, holes),
            way=words.way(rules, holes),
            due_at=self.moment.now,
            not_after=each.not_after,
            about=each.about,
            session=each.session,
            fresh=fresh,
        )

    def _suppressed(self, each: Candidate, person: Person, why: SuppressedWhy, *, fresh: bool) -> Suppressed:
        state, due_at = self._state(each, why), self.moment.now
        if state is ReminderState.PLANNED:
            due_at = self._sendable
        rules, text, fields, way = self.moment.topic(each.topic), "", {}, "/m"
        if state is not ReminderState.SUPPRESSED:
            holes = {"name": person.name, "branch": self.branches.get(each.branch, ""), **each.holes}
            text, way = words.page_words(rules, holes), words.way(rules, holes)
            fields = words.fields(rules, holes)
        return Suppressed(
            member=each.member,
            number=person.number,
            branch=each.branch,
            topic=each.topic,
            period=each.period,
            why=why,
            state=state,
            words=text,
            fields=fields,
            way=way,
            due_at=due_at,
            not_after=each.not_after,
            about=each.about,
            session=each.session,
            fresh=fresh,
        )

    def _state(self, each: Candidate, why: SuppressedWhy) -> ReminderState:
        """Return what the row says: who cannot be written to stands on the secretary's list (R94)."""
        if why is SuppressedWhy.QUIET_HOURS:
            in_time = self._sendable <= each.not_after
            return ReminderState.PLANNED if in_time else ReminderState.INBOX
        if why is SuppressedWhy.UNBOUND or (why is SuppressedWhy.FREQUENCY and each.about is not None):
            return ReminderState.INBOX
        return ReminderState.SUPPRESSED


def _key(each: Candidate) -> Key:
    return (each.member, each.topic, each.period, each.branch)
