"""The kinds of log files of a Qlik Sense server: where each lies, its header, one row of it, and what its messages say."""

from typing import Callable, NamedTuple

from lib import messages, planted

HOST = "QlikBench1"
ACCOUNT = "BENCH\\qvservice"
BREAK = "\u21b5\u2193"  # A line break inside a column, as the services write it.


class Kind(NamedTuple):
    """One kind of log file."""

    service: str
    folder: str
    type: str
    header: str
    row: Callable
    messages: tuple
    weight: int
    secrets: tuple = planted.MESSAGES

    @property
    def is_table(self):
        """Whether it is a table of log4net: tabs, byte order mark, a live .txt and rolled .log files."""
        return self.header.startswith("Sequence#") and bool(self.folder)


def columns(names):
    """A header row."""
    return "\t".join(names.split("|"))


TRACE = "Sequence#|Timestamp|Level|Hostname|Logger|Thread|Id|ServiceUser|Message"
AUDIT = "Sequence#|ProductVersion|Timestamp|Hostname|Id|Description|ProxySessionId|ProxyPackageId|RequestSequenceId|UserDirectory|UserId|ObjectId|ObjectName"
ENGINE = "ProxySessionId|ActiveUserDirectory|ActiveUserId|EngineTimestamp|EngineThread|ProcessId"
LEVELS = ("INFO",) * 40 + ("WARN",) * 3 + ("ERROR", "DEBUG")


def _head(draw, logger, message):
    level = draw.pick(LEVELS)
    identity = draw.guid()
    start = f"{draw.sequence}\t{draw.stamp()}\t{level}\t{HOST}\t{logger}\t{draw.below(120)}\t{identity}\t{ACCOUNT}\t{message}"
    return start, level, identity


def trace(loggers):
    """Rows of a trace log; an error brings its stack along, in one column."""

    def row(draw, message):
        start, level, identity = _head(draw, draw.pick(loggers), message)
        exception = stack = ""
        if level == "ERROR":
            exception = f"{draw.pick(messages.EXCEPTIONS)}: operation {draw.below(9999)} failed"
            stack = BREAK.join(messages.frames(draw, "   at "))
        return f"{start}\t{exception}\t{stack}\t{draw.session}\t{identity}\r\n"

    return row


def proxy_audit(draw, message):
    """A record of who asked the proxy for what."""
    start, _, _ = _head(draw, draw.pick(messages.PROXY_LOGGERS), message)
    middle = f"{draw.session}\t{draw.guid()}\tBENCH\t{draw.user}\t\t::ffff:{draw.address}\t{draw.app}\tqlikbench1.bench.local:4747"
    return f"{start}\t{middle}\t{{}}\t{draw.hex(40)}\r\n"


def proxy_counters(draw, message):
    """The proxy's counters."""
    start, _, identity = _head(draw, "Performance.Proxy.Proxy.Core.Performance.CounterWriter", message)
    counters = "\t".join([str(draw.skewed(900)) for _ in range(10)])
    return f"{start}\t0\t{counters}\t{identity}\r\n"


def repository_audit(draw, message):
    """A record of a change in the repository."""
    start, _, _ = _head(draw, draw.pick(messages.REPOSITORY_LOGGERS), message)
    action = draw.pick(("Create", "Update", "Delete", "Read"))
    return f"{start}\t{draw.session}\t{action}\tBENCH\t{draw.user}\t{draw.guid()}\t{draw.hex(40)}\r\n"


def license_row(draw, message):
    """A record of an access that was granted or refused."""
    start, _, _ = _head(draw, "License.Repository.Repository.Core.Licensing.AccessCheck", message)
    outcome = draw.pick(("UsageGranted", "UsageDenied", "Allocate"))
    return f"{start}\t{draw.session}\t{draw.guid()}\tLogin\t{outcome}\tBENCH\\{draw.user}\t{draw.guid()}\t{draw.hex(40)}\r\n"


def engine_system(draw, message):
    """A record of the engine; the large log consists of these."""
    start, _, identity = _head(draw, "System.Engine.Engine", message)
    middle = f"{draw.session}\tBENCH\t{draw.user}\t{draw.stamp(draw.below(9))}\t{1000 + draw.below(9000)}\t3792"
    return f"{start}\t{middle}\t{draw.guid()}\t20190120T060312.000+0100\t{identity}\r\n"


def engine_session(draw, message):
    """The end of a session of the engine."""
    start, _, identity = _head(draw, "Session.Engine.Engine", message)
    spent = draw.skewed(7_200_000)
    numbers = f"{spent / 86_400_000:.6f}\t{spent * draw.chance() / 9000:.6f}\t{draw.skewed(90000)}\t{draw.skewed(900000)}\t{draw.skewed(900)}\t{draw.skewed(90)}"
    return (
        f"{start}\t{draw.session}\tBENCH\t{draw.user}\t{draw.stamp(3)}\t{1000 + draw.below(9000)}\t3792\t{draw.guid()}\t12.145.50600.0409.10\t"
        f"20190120T060312.000+0100\t{draw.guid()}\t{draw.app}\t{draw.title}\t{draw.stamp(spent + 900)}\t{draw.pick(messages.EXITS)}\t"
        f"{draw.stamp(spent)}\t{numbers}\tUserDirectory=BENCH; UserId={draw.user}\tOn\t{identity}\r\n"
    )


def engine_counters(draw, message):
    """The engine's counters."""
    start, _, identity = _head(draw, "Performance.Engine.Engine", message)
    counters = "\t".join([str(draw.skewed(500)) for _ in range(17)])
    memory = "\t".join([str(2000 + draw.skewed(60000)) for _ in range(4)])
    cache = f"{draw.skewed(90000)}\t{draw.skewed(190000)}\t{draw.skewed(4000)}\t{draw.skewed(90_000_000)}\t{draw.chance() * 9:.6f}\t{draw.skewed(40)}"
    return (
        f"{start}\t0\tInternal\tEngine\t{draw.stamp()}\t3200\t3792\t12.145.50600.0409.10\t20190120T060312.000+0100\tNormal\t"
        f"{counters}\t{memory}\t{cache}\t{identity}\r\n"
    )


def qix_counter(draw, message):
    """How often the engine was called."""
    start, _, _ = _head(draw, "QixCounter.Engine.Engine", message)
    name = draw.pick(("Reload", "Clear", "GetLayout", "SelectValues", "Search"))
    return f"{start}\t\t\t\t{draw.stamp()}\t3200\t3792\t{name}\t{draw.skewed(900)}\t{draw.hex(40)}\r\n"


def _audit(draw, command, version):
    result, text = draw.pick(messages.RESULTS)
    identity = draw.guid()
    start = f"{draw.sequence}\t{version}\t{draw.stamp()}\t{HOST}\t{identity}"
    what = f"Command={command};Result={result};ResultText={text}"
    who = f"{draw.session}\t{draw.guid()}\t{draw.below(400)}\tBENCH\t{draw.user}\t{draw.app}\t{draw.title}"
    return start, what, who, result, identity


def activity(service, version):
    """Rows of an AuditActivity log."""

    def row(draw, message):
        command, context = draw.pick(messages.COMMANDS)
        start, what, who, result, identity = _audit(draw, command, version)
        return f"{start}\t{what}\t{who}\t{service}\tManagementAccess\t{context}\t{command}\t{result}\t{message}\t{identity}\r\n"

    return row


def security(service, version):
    """Rows of an AuditSecurity log."""

    def row(draw, message):
        start, what, who, result, _ = _audit(draw, "Login", version)
        place = f"/qrs/{draw.pick(messages.RESOURCES)}/full?xrfkey={draw.hex(16)}"
        return f"{start}\t{what}\t{who}\tSecurity\t{draw.address}\t{service}\tHubAccess\t{place}\tLogin\t{result}\t{message}\t{draw.hex(40)}\r\n"

    return row


def service_row(service, version):
    """Rows of a System log: like activity, with a severity."""

    def row(draw, message):
        command, context = draw.pick(messages.COMMANDS)
        _, what, who, result, identity = _audit(draw, command, version)
        start = f"{draw.sequence}\t{version}\t{draw.stamp()}\t{draw.pick(LEVELS)}\t{HOST}\t{identity}"
        return f"{start}\t{what}\t{who}\t{service}\tNot available\t{context}\t{command}\t{result}\t{message}\t{identity}\r\n"

    return row


def task(draw, message):
    """A run of a task."""
    start, level, identity = _head(draw, "TaskExecution.Scheduler.Scheduler.Master.Task.TaskSession", message)
    spent = draw.skewed(3_600_000)
    reason = "Engine returned an error" if level == "ERROR" else ""
    return (
        f"{start}\t{draw.guid()}\tReload task of {draw.title}\t{draw.app}\t{draw.title}\t{draw.guid()}\t{HOST}\tFinishedSuccess\t"
        f"{draw.stamp(spent)}\t{draw.stamp()}\t{spent}\t{reason}\t{identity}\r\n"
    )


def node(version):
    """Rows of a service on node.js; an error's stack follows on lines of its own, which end with a bare line feed."""

    def row(draw, message):
        level = draw.pick(LEVELS)
        stack = "".join(f"\n{frame}" for frame in messages.frames(draw, "    at ")) if level == "ERROR" else ""
        return f"{draw.sequence}\t{draw.stamp()}\t{HOST}.bench.local\t{version}\tGlobal\t{level}\t{message}{stack}\r\n"

    return row


def access(draw, message):
    """A request to a service on node.js."""
    page = f"https://qlikbench1.bench.local/{draw.pick(('hub', 'qmc', 'sense/app/' + draw.app))}"
    status = draw.pick((200,) * 12 + (304, 302, 401, 404))
    return (
        f'::ffff:{draw.address} - - [{draw.access_stamp()}] "GET {message} HTTP/1.1" {status} {draw.skewed(90000)} '
        f'"{page}" "{draw.pick(messages.AGENTS)}"\r\n'
    )


def script(draw, message):
    """A statement of a load script with its number, or what came of one."""
    number = "    " if message.startswith(" ") else f"{draw.sequence % 10000:04d}"
    return f"{draw.stamp()}      {number} {message}\n"


STACK = "|Exception|StackTrace|ProxySessionId|Id2"
ENGINE_COUNTERS = (
    "|Exe Version|Server Started|Entry Type|ActiveDocSessions|DocSessions|ActiveAnonymousDocSessions|AnonymousDocSessions|ActiveTunneledDocSessions"
    "|TunneledDocSessions|DocSessionStarts|ActiveDocs|RefDocs|LoadedDocs|DocLoads|DocLoadFails|Calls|Selections|ActiveIpAddrs|IpAddrs|ActiveUsers"
    "|VMCommitted(MB)|VMAllocated(MB)|VMFree(MB)|VMLargestFreeBlock(MB)|CacheHits|CacheLookups|CacheObjectAdded|CacheBytesAdded|CacheTimeAdded|CacheReplaced|Id2"
)
SESSION = (
    "|SessionId|Exe Version|Server Started|ProxyPackageId|AppId|App Title|Doc Timestamp|Exit Reason|Session Start|Session Duration|CPU Spent (s)"
    "|Bytes Received|Bytes Sent|Calls|Selections|Authenticated User|Secure Protocol|Id2"
)
PROXY = "|ProxySessionId|ConnectionId|ActiveUserDirectory|ActiveUserId|TicketId|IpAddress|AppId|TargetHost|VirtualProxy|Checksum"
COUNTERS = (
    "|ProxySessionId|ActiveConnections|ActiveStreams|ActiveSessions|LoadBalancingDecisions|PrintingLoadBalancingDecisions|Tickets"
    "|ActiveClientWebsockets|ActiveEngineWebsockets|WorkerThreads|HandleCount|Id2"
)
ACTIVITY = "|Service|Origin|Context|Command|Result|Message|Id2"
SECURITY = "|SecurityClass|ClientHostAddress|Service|Origin|Context|Command|Result|Message|Checksum"
SERVICE = AUDIT.replace("|Timestamp|", "|Timestamp|Severity|") + ACTIVITY
TASK = "|TaskId|TaskName|AppId|AppName|ExecutionId|ExecutingNodeName|Status|StartTime|StopTime|Duration|FailureReason|Id2"
NODE = columns("Sequence#|Timestamp|Hostname|Version|Logger|Severity|Message")

# The first one is also the one large file.
KINDS = (
    Kind("Engine", "Trace", "System", columns(f"{TRACE}|{ENGINE}|SessionId|Server Started|Id2"), engine_system, messages.ENGINE, 5),
    Kind("Repository", "Trace", "System", columns(TRACE + STACK), trace(messages.REPOSITORY_LOGGERS), messages.REPOSITORY, 5),
    Kind("Proxy", "Trace", "System", columns(TRACE + STACK), trace(messages.PROXY_LOGGERS), messages.PROXY, 4),
    Kind("Proxy", "Trace", "Audit", columns(TRACE + PROXY), proxy_audit, messages.PROXY, 4),
    Kind("Scheduler", "Trace", "System", columns(TRACE + STACK), trace(messages.SCHEDULER_LOGGERS), messages.SCHEDULER, 3),
    Kind("Printing", "Trace", "System", columns(TRACE + STACK), trace(messages.PRINTING_LOGGERS), messages.PRINTING, 1),
    Kind("Engine", "Trace", "Session", columns(f"{TRACE}|{ENGINE}{SESSION}"), engine_session, ("",), 2),
    Kind("Engine", "Trace", "Performance", columns(f"{TRACE}|{ENGINE}{ENGINE_COUNTERS}"), engine_counters, ("",), 2),
    Kind("Engine", "Audit", "QixCounter", columns(f"{TRACE}|{ENGINE}|CounterName|CounterValue|Checksum"), qix_counter, ("",), 1),
    Kind("Proxy", "Trace", "Performance", columns(TRACE + COUNTERS), proxy_counters, ("",), 2),
    Kind("Repository", "Trace", "Audit", columns(f"{TRACE}|ProxySessionId|Action|ActiveUserDirectory|ActiveUserId|ResourceId|Checksum"), repository_audit,
         messages.REPOSITORY, 2),
    Kind("Repository", "Trace", "License", columns(f"{TRACE}|ProxySessionId|AccessTypeId|AccessType|Operation|UserName|UserId|Checksum"), license_row,
         messages.LICENSE, 2),
    Kind("Engine", "Audit", "AuditActivity", columns(AUDIT + ACTIVITY), activity("Engine", "12.145.3.0"), messages.ENGINE, 3),
    Kind("Proxy", "Audit", "AuditActivity", columns(AUDIT + ACTIVITY), activity("Proxy", "11.41.1.0"), messages.PROXY, 3),
    Kind("Repository", "Audit", "AuditActivity", columns(AUDIT + ACTIVITY), activity("Repository", "20.4.2.0"), messages.REPOSITORY, 3),
    Kind("Repository", "Audit", "AuditSecurity", columns(AUDIT + SECURITY), security("Repository", "20.4.2.0"), messages.LICENSE, 2),
    Kind("Scheduler", "System", "Service", columns(SERVICE), service_row("Scheduler", "13.15.1.0"), messages.SCHEDULER, 2),
    Kind("Scheduler", "Trace", "TaskExecution", columns(TRACE + TASK), task, messages.SCHEDULER, 2),
    Kind("HubService", "", "", NODE, node("0.25.1"), messages.HUB, 2),
    Kind("BrokerService", "", "access", "", access, messages.PATHS, 3, planted.PATHS),
    Kind("Script", "", "script", "", script, messages.SCRIPT, 4, planted.STATEMENTS),
)
