"""Chance and time of one log file: everything random in a corpus comes from here, so equal seeds give equal bytes."""

import random
from datetime import datetime, timedelta, timezone

# The local time of the host: a fixed offset, as on the example host in February.
ZONE = timezone(timedelta(hours=1))
DAY = 86_400_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

FIRST = "anna bea carl dora emil frida georg hanna ivan jana karl lena mats nora otto paula rolf sara tom ulla".split()
LAST = "berg dahl ek falk gran holm lind moe nyman ost palm quist rask sand thor vik wall ask brink frost".split()
SUBJECTS = "Sales Margin Stock Orders Payroll Claims Churn Budget Returns Fleet Energy Quality Visits Pricing".split()
SCOPES = "North South Group Retail Weekly Monthly Live Archive Board Detail 2018 2019".split()


class Draw:
    """Random values and the moving clock of one file."""

    def __init__(self, seed, start, end, sessions=0.0):
        self.sessions, self.shown = sessions, set()
        self.random = random.Random(seed)
        self.chance = self.random.random
        self.now, self.end = start, end
        self._hex, self._at = "", 0
        self._days = {}
        self.sequence = self.below(5000)
        # People and apps are the same in all files of a corpus.
        shared = random.Random("people and apps")
        self._apps = [(self._guid_of(shared), f"{shared.choice(SUBJECTS)} {shared.choice(SCOPES)}") for _ in range(60)]
        self._people = [f"{shared.choice(FIRST)}.{shared.choice(LAST)}" for _ in range(120)]
        self._sessions = [self._new_session() for _ in range(48)]
        self.turn()

    @staticmethod
    def _guid_of(source):
        digits = f"{source.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def _new_session(self):
        user = self.pick(self._people)
        address = f"10.{20 + self.below(4)}.{self.below(32)}.{1 + self.below(250)}"
        return self.guid(), user, address

    def below(self, limit):
        """A whole number from 0 up to limit, limit excluded."""
        return int(self.chance() * limit)

    def pick(self, values):
        """One of the values."""
        return values[int(self.chance() * len(values))]

    def hex(self, length):
        """Hexadecimal digits."""
        if self._at + length > len(self._hex):
            self._hex, self._at = self.random.randbytes(16384).hex(), 0
        self._at += length
        return self._hex[self._at - length : self._at]

    def guid(self):
        """A GUID of version 4."""
        digits = self.hex(32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def letters(self, length):
        """Letters and digits."""
        return "".join(self.random.choices(LETTERS, k=length))

    def skewed(self, limit):
        """A whole number below limit, small ones more often: durations, counters, sizes."""
        return int(self.chance() ** 3 * limit)

    def turn(self):
        """Choose who and what the next record is about, so that its columns and its message agree.

        The id of the session is "0", as in records of the services themselves, but for a share of the records. It is a secret, so it is noted.
        """
        self.sequence += 1
        slot = int(self.chance() ** 2 * 48)
        if self.chance() < 0.03:
            self._sessions[slot] = self._new_session()
        session, self.user, self.address = self._sessions[slot]
        self.session = "0"
        if self.chance() * 100 < self.sessions:
            self.session = session
            self.shown.add(session)
        self.app, self.title = self._apps[int(self.chance() ** 2 * 60)]

    def pass_time(self, gap):
        """Let about gap milliseconds pass, never beyond the end of the file."""
        self.now = min(self.end, self.now + int(self.chance() * 2 * gap))

    def stamp(self, back=0):
        """The time as the services write it: 20190131T163705.429+0100."""
        day, rest = divmod(self.now - back, DAY)
        name = self._days.get(day)
        if name is None:
            name = self._days[day] = local(day * DAY).strftime("%Y%m%dT")
        seconds, thousandths = divmod(rest, 1000)
        minutes, seconds = divmod(seconds, 60)
        return f"{name}{minutes // 60:02}{minutes % 60:02}{seconds:02}.{thousandths:03}+0100"

    def access_stamp(self):
        """The time as access logs write it, in UTC: 31/Jan/2019:15:18:55 +0000."""
        return local(self.now).astimezone(timezone.utc).strftime("%d/%b/%Y:%H:%M:%S +0000")


def local(milliseconds):
    """The local time of a count of milliseconds that was taken from local midnights."""
    return datetime(1970, 1, 1, tzinfo=ZONE) + timedelta(milliseconds=milliseconds)


def milliseconds(time):
    """The opposite of local()."""
    return (time - datetime(1970, 1, 1, tzinfo=ZONE)) // timedelta(milliseconds=1)
