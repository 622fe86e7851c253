"""What the services of a Qlik Sense server say: made-up messages in their manner, with numbers, names and paths that differ."""

EXCEPTIONS = ("System.IO.IOException", "System.TimeoutException", "System.Net.WebException", "Npgsql.NpgsqlException", "System.InvalidOperationException")
EXITS = ("Socket closed by client", "Session timed out", "Server shutdown", "Forced by administrator")
RESULTS = (("0", "Success"),) * 12 + (("403", "Error: Access denied"), ("3002", "Error: File corrupted"), ("-1", "Error: Unknown error"))
RESOURCES = ("app", "user", "task", "stream", "dataconnection", "extension", "license", "systemrule", "tag")
COMMANDS = (
    ("Open app", "Global::OpenApp"), ("Reload app", "Doc::DoReloadEx"), ("Export data", "GenericObject::ExportData"), ("Create object", "Doc::CreateObject"),
    ("Start session", "/qps/sessionstart"), ("Stop session", "/qps/sessionstop"), ("Get ticket", "/hub/"), ("Update app", "/qrs/app"),
    ("Sync user directory", "/qrs/sync/userdirectory"), ("Check task", "/qrs/task/full"), ("Start task", "/qrs/task/start"),
)
REPOSITORY_LOGGERS = (
    "System.Repository.Repository.Core.Sync.TransactionKeeper", "System.Repository.Repository.Core.Rules.RuleEvaluator",
    "System.Repository.Repository.Core.Files.FileTransfer", "System.Repository.Repository.Core.Status.ServiceWatch",
    "System.Repository.Repository.Core.Apps.AppImporter", "System.Repository.Repository.Core.Users.DirectorySync",
)
PROXY_LOGGERS = (
    "System.Proxy.Proxy.Core.Connections.ConnectionKeeper", "System.Proxy.Proxy.SessionEstablishment.SessionKeeper",
    "System.Proxy.Proxy.Communication.SocketWatch", "System.Proxy.Proxy.SessionEstablishment.LoadBalancing.EngineChoice",
)
SCHEDULER_LOGGERS = (
    "System.Scheduler.Scheduler.Master.Task.TaskKeeper", "System.Scheduler.Scheduler.Slave.Tasks.ReloadRunner",
    "System.Scheduler.Scheduler.Master.Trigger.TriggerWatch",
)
PRINTING_LOGGERS = ("System.Printing.Qlik.Printing.Sense.Jobs.JobKeeper", "System.Printing.Qlik.Printing.Sense.Render.PageRunner")
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/71.0.3578.98 Safari/537.36",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:64.0) Gecko/20100101 Firefox/64.0",
    "-",
)
MODULES = "Qlik.Sense.Common.Rest Repository.Core.Sync Proxy.Core.Sockets Scheduler.Slave.Runner System.Threading.Tasks System.Net.Security".split()
CALLS = "OpenAsync ReadLoop HandleReply Dispatch WaitForEnd MoveNext Commit FetchPage CheckAccess WriteRow".split()
TABLES = "Orders Invoices Customers Products Calendar Stock Prices Regions Ledger Shipments".split()
FIELDS = "OrderID CustomerID Amount Quantity OrderDate Region Currency ProductID Discount Status Category Weight".split()


def frames(draw, lead):
    """The frames of a stack, each with its lead."""
    return [
        f"{lead}{draw.pick(MODULES)}.{draw.pick(CALLS)}(Int32 part{draw.below(9)}) in line {draw.below(900)}"
        for _ in range(4 + draw.below(8))
    ]


def _folder(d):
    return f"C:\\ProgramData\\Qlik\\Sense\\{d.pick(('Apps', 'Repository', 'Engine', 'Temp'))}\\{d.app}"


ENGINE = (
    lambda d: f"Socket: Connected as user 'UserDirectory=BENCH; UserId={d.user}' to app '/{d.app}' on {d.address}:{1024 + d.below(64000)} <-> 10.20.1.5:4747",
    lambda d: f"Socket: Closed by client after {d.skewed(900000)} ms, {d.skewed(9999999)} bytes out, session {d.session}",
    lambda d: f"Working set: {d.below(60000)} MB virtual of which {d.below(40000)} MB in apps, {d.below(9000)} MB cached, page faults {d.skewed(99999)}",
    lambda d: f"App {d.app} ({d.title}) loaded in {d.skewed(60000)} ms: {d.skewed(90_000_000)} rows, {d.below(400)} fields, {d.skewed(4000)} MB",
    lambda d: f"Selection in {d.app}: field [{d.pick(FIELDS)}] {1 + d.skewed(40)} values, {d.skewed(900)} ms, state $ generation {d.below(99999)}",
    lambda d: f"Calculation of object {d.letters(6)} in {d.app} took {d.skewed(20000)} ms on {1 + d.below(8)} threads, {d.skewed(90000)} rows in the cube",
    lambda d: f"Purge of temporary files: {d.below(300)} files, {d.skewed(90000)} kB below {_folder(d)}",
    lambda d: f"Reload of {d.app} by BENCH\\{d.user}: {d.pick(TABLES)} << {d.pick(TABLES)} {d.skewed(9_000_000)} lines fetched",
    lambda d: f"Export of {d.letters(6)} to {_folder(d)}\\{d.guid()}.xlsx: {d.skewed(90000)} rows by {d.user}",
    lambda d: f"Cache: {d.skewed(999999)} hits, {d.skewed(99999)} misses, oldest entry {d.skewed(9999)} s, {d.skewed(9000)} MB",
)
REPOSITORY = (
    lambda d: f"Transaction {d.sequence} committed in {d.skewed(4000)} ms: {d.below(40)} entities, origin {HOSTS[d.below(3)]}",
    lambda d: f"Rule {d.pick(RESOURCES)}_* evaluated for BENCH\\{d.user}: {d.below(400)} of {400 + d.below(900)} resources in {d.skewed(900)} ms",
    lambda d: f"File {_folder(d)}\\{d.hex(8)}.dat ({d.skewed(9_000_000)} bytes) checked, reference {d.guid()} is in use",
    lambda d: f"GET /qrs/{d.pick(RESOURCES)}/full?filter=id eq {d.guid()} answered {d.skewed(90000)} bytes in {d.skewed(2000)} ms to {d.address}",
    lambda d: f"Service {d.pick(('Engine', 'Proxy', 'Scheduler', 'Printing'))} on {HOSTS[d.below(3)]} is running, answered after {d.skewed(900)} ms",
    lambda d: f"User BENCH\\{d.user} synchronized from the directory: {d.below(60)} attributes, {d.below(9)} changed, took {d.skewed(700)} ms",
    lambda d: f"App '{d.title}' ({d.app}) published to stream {d.pick(RESOURCES)}-{d.below(30)} by {d.user}, {d.below(90)} objects",
    lambda d: f"Notification {d.guid()} for {d.pick(RESOURCES)} {d.app} sent to {1 + d.below(9)} subscribers",
    lambda d: f"Database statement took {d.skewed(9000)} ms: {d.below(9000)} rows of \"{d.pick(TABLES)}\" with {d.below(12)} parameters",
)
PROXY = (
    lambda d: f"Session {d.session} of BENCH\\{d.user} from {d.address} is kept, last seen {d.skewed(1800)} s ago",
    lambda d: f"Web socket {d.below(99999)} to wss://qlikbench1.bench.local:4747/app/{d.app} opened for session {d.session}",
    lambda d: f"Connection {d.guid()} from [::ffff:{d.address}]:{1024 + d.below(64000)} closed after {d.skewed(90000)} ms, {d.skewed(999999)} bytes",
    lambda d: f"Retrieved {1 + d.below(4)} engines for app {d.app}, chose {HOSTS[d.below(3)]} with load {d.below(100)} %",
    lambda d: (
        f"Request GET /api/v1/{d.pick(RESOURCES)}/{d.guid()} forwarded to port {4900 + d.below(90)}, answered {d.pick((200, 200, 304, 404))} "
        f"in {d.skewed(3000)} ms"
    ),
    lambda d: f"Start session for user: 'BENCH\\{d.user}', virtual proxy {d.pick(('', 'forms', 'saml'))}/, {d.below(40)} sessions of this user",
    lambda d: f"TLS handshake with {d.address} took {d.skewed(400)} ms, cipher suite {d.below(60)}, resumed {d.pick(('yes', 'no'))}",
    lambda d: f"Backend {HOSTS[d.below(3)]}:{4239 + d.below(9)} answered the health check in {d.skewed(800)} ms",
)
SCHEDULER = (
    lambda d: f"Task {d.guid()} ({d.title}) changed from Queued to Started on {HOSTS[d.below(3)]} after {d.skewed(90000)} ms",
    lambda d: f"Task {d.guid()} finished: {d.skewed(9_000_000)} rows in {d.skewed(3600)} s, next start {d.stamp(-3_600_000)}",
    lambda d: f"Trigger {d.guid()} fires in {d.skewed(86400)} s for {d.below(20)} tasks, misfires {d.below(4)}",
    lambda d: f"Slave {HOSTS[d.below(3)]} reports {d.below(8)} of 8 engines busy, queue length {d.skewed(40)}",
    lambda d: f"Reload of app {d.app} reports progress: {d.pick(TABLES)} {d.skewed(900000)} lines, {d.skewed(4000)} MB in memory",
    lambda d: f"Execution result {d.guid()} stored, script log {d.app}.{d.stamp()[:8]}.{d.hex(20).upper()}.log with {d.skewed(9_000_000)} bytes",
)
PRINTING = (
    lambda d: f"Job {d.guid()} for object {d.letters(6)} of {d.app}: {1 + d.below(40)} pages in {d.skewed(30000)} ms",
    lambda d: f"Page {d.below(40)} rendered at {600 + d.below(900)}x{400 + d.below(900)}, {d.skewed(9_000_000)} bytes, renderer {d.below(9)}",
    lambda d: f"File {d.guid()}.pdf handed to {d.user} and removed after {d.skewed(600)} s",
)
LICENSE = (
    lambda d: f"Access for SessionID: {d.session}, Hostname: \"{d.address}\", user {d.user}, {d.below(400)} tokens in use",
    lambda d: f"User 'BENCH\\{d.user}' used authentication method 'ticket' and got session '{d.session}'",
    lambda d: f"Allocation {d.guid()} kept for {d.skewed(30)} days, last used {d.stamp(d.skewed(86_400_000))}",
)
HUB = (
    lambda d: f"Fetched {d.below(400)} apps of {d.below(40)} streams for {d.user} in {d.skewed(2000)} ms",
    lambda d: f"GET https://qlikbench1.bench.local:4242/qrs/{d.pick(RESOURCES)}/full?xrfkey={d.hex(16)} 200 {d.skewed(90000)}",
    lambda d: f'Privileges {{"app":"{d.app}","user":"{d.user}","read":true,"update":{d.pick(("true", "false"))},"n":{d.below(999)}}}',
    lambda d: f"Thumbnail of {d.app} missing, using the default; asked by {d.address}",
)
PATHS = (
    lambda d: f"/api/hub/v1/apps?xrfkey={d.hex(16)}&stream={d.guid()}",
    lambda d: f"/v0/privileges?cachebust={1548900000000 + d.below(900000000)}",
    lambda d: f"/api/about/v1/language?cachebust={1548900000000 + d.below(900000000)}",
    lambda d: f"/sense/app/{d.app}/sheet/{d.guid()}/state/analysis",
    lambda d: f"/resources/{d.pick(TABLES).lower()}/{d.hex(12)}.js",
)
SCRIPT = (
    lambda d: f"{d.pick(TABLES)}: LOAD {', '.join(d.pick(FIELDS) for _ in range(5))}, AutoNumber({d.pick(FIELDS)} & '|' & {d.pick(FIELDS)}) AS Key{d.below(99)}",
    lambda d: f"FROM [lib://Qvd (bench_{d.user})/{d.pick(TABLES)}_{d.below(999)}.qvd] (qvd) WHERE {d.pick(FIELDS)} > {d.below(100000)}",
    lambda d: f"           {3 + d.below(9)} fields found: {', '.join(d.pick(FIELDS) for _ in range(4))}, {d.skewed(9_000_000)} lines fetched",
    lambda d: f"STORE {d.pick(TABLES)} INTO [lib://Out/{d.hex(8)}/{d.pick(TABLES)}_{d.below(9999)}.qvd] (qvd)",
    lambda d: (
        f"SQL SELECT {', '.join(d.pick(FIELDS) for _ in range(4))} FROM dbo.{d.pick(TABLES)} "
        f"WHERE {d.pick(FIELDS)} >= {d.below(99999)} ORDER BY {d.pick(FIELDS)}"
    ),
    lambda d: f"LET vRows = {d.skewed(9_000_000)}",
    lambda d: f"           Joining with {d.pick(TABLES)}: {d.skewed(900000)} rows in {d.skewed(40000)} ms",
    lambda d: f"TRACE run {d.guid()} step {d.below(400)} of {d.title}, memory {d.skewed(9000)} MB",
)
HOSTS = ("QlikBench1", "QlikBench2", "QlikBench3")
