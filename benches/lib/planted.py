"""Secrets as they get into logs: each maker returns the text of a message and the values in it that must never be seen.

All values are made up by chance. Each has a run of at least ten letters and digits, by which leaks.py finds it again.
"""

import base64


def password(draw):
    """A password: of a program, of a person, or with the signs that some places ask for."""
    shape = draw.below(4)
    if shape == 0:
        return draw.letters(16)
    if shape == 1:
        return f"{draw.pick(('Amber', 'Harbor', 'Velvet', 'Copper', 'Granite'))}-{draw.letters(11)}"
    if shape == 2:
        return f"{draw.letters(12)}!{draw.letters(3)}"
    return f"{draw.letters(4)}.{draw.letters(12)}"


def _part(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _token(draw):
    claims = f'{{"sub":"{draw.user}","iat":{1548900000 + draw.below(900000)},"jti":"{draw.hex(12)}"}}'
    return ".".join((_part('{"alg":"HS256","typ":"JWT"}'), _part(claims), draw.letters(43)))


def odbc(draw):
    """A connection that a load script makes."""
    value = password(draw)
    return f"ODBC CONNECT TO [Provider=MSDASQL;DSN=DWH{draw.below(9)};UID=etl_{draw.below(20)};PWD={value}];", [value]


def oledb(draw):
    """A connection string whose password stands in the middle."""
    value = password(draw)
    text = f"Opening Data Source=sql{draw.below(20):02};User ID=qlik;Password={value};Initial Catalog=Dwh{draw.below(30)}"
    return text, [value]


def oledb_end(draw):
    """A connection string that ends with its password."""
    value = password(draw)
    return f"Reconnect to Provider=SQLOLEDB.1;Data Source=sql{draw.below(20):02};User ID=reader;Password={value}", [value]


def database_url(draw):
    """A URL with user and password."""
    value = password(draw)
    return f"Pool {draw.below(9)} connects to postgresql://qliksense:{value}@db{draw.below(9)}.bench.local:4432/QSR", [value]


def web_url(draw):
    """Another URL with user and password, as a connector calls it."""
    value = password(draw)
    return f"GET https://svc_{draw.user}:{value}@api.bench.local:8443/v{draw.below(4)}/rows?page={draw.below(999)}", [value]


def bearer(draw):
    """A header with a signed token."""
    value = _token(draw)
    return f"Request {draw.below(99999)} sent with Authorization: Bearer {value}", [value]


def basic(draw):
    """A header with name and password in base64."""
    value = base64.b64encode(f"{draw.user}:{draw.letters(15)}".encode()).decode()
    return f"Retry {draw.below(9)} with header Authorization: Basic {value}", [value]


def cookie(draw):
    """The cookie of a session."""
    value = draw.guid()
    return f'Incoming headers {{"host":"qlikbench1.bench.local","cookie":"X-Qlik-Session={value}","x":"{draw.below(99)}"}}', [value]


def set_cookie(draw):
    """A cookie that is handed out."""
    value = draw.guid()
    return f"Response {200 + draw.below(4)} Set-Cookie: X-Qlik-Session-HTTP={value}; Path=/; HttpOnly; Secure", [value]


def ticket(draw):
    """A ticket that a user claims."""
    value = draw.letters(16)
    return f"User claimed ticket: '{value}'. Session is established for BENCH\\{draw.user}", [value]


def ticket_url(draw):
    """A ticket in a URL."""
    value = draw.letters(16)
    return f"Redirecting client to /hub/?qlikTicket={value}&lang=en-US", [value]


def json_password(draw):
    """A password in JSON."""
    value = password(draw)
    return f'Connection settings {{"name":"rest_{draw.below(40)}","username":"svc","password":"{value}","retry":3}}', [value]


def escaped_json(draw):
    """A password in JSON that stands in JSON."""
    value = password(draw)
    return f'Body "{{\\"user\\":\\"{draw.user}\\",\\"password\\":\\"{value}\\",\\"n\\":{draw.below(999)}}}"', [value]


def xml_setting(draw):
    """A setting of a .config file, quoted in a message."""
    value = password(draw)
    return f'Unknown attribute in <add key="SmtpPassword" value="{value}" /> line {draw.below(300)}', [value]


def command_line(draw):
    """A password as an argument."""
    value = password(draw)
    return f"Starting export.exe --user {draw.user} --password {value} --rows {draw.below(100000)}", [value]


def api_key(draw):
    """A key in the query of a URL."""
    value = draw.letters(32)
    return f"GET https://geo.bench.local/v1/lookup?place={draw.below(9999)}&api_key={value}&format=json returned 200", [value]


def client_secret(draw):
    """The secret of an application in a form."""
    value = draw.letters(34)
    return f"POST /oauth2/token grant_type=client_credentials&client_id={draw.guid()}&client_secret={value}", [value]


def signed_url(draw):
    """A signed URL of a storage service."""
    value = draw.letters(43)
    return f"Copy https://bench.blob.core.windows.net/qvd/{draw.below(999)}.qvd?sv=2018-03-28&sr=b&sig={value}%3D&se=2019-02-09", [value]


def variable(draw):
    """A token in a variable of a load script."""
    value = "ghp_" + draw.letters(36)
    return f"SET vToken='{value}'", [value]


def cloud_key(draw):
    """An access key of a cloud with its secret."""
    name = "AKIA" + "".join(draw.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    value = draw.letters(40)
    return f"Profile bench{draw.below(9)}: aws_access_key_id={name}, aws_secret_access_key={value}", [name, value]


MESSAGES = (
    odbc, oledb, oledb_end, database_url, web_url, bearer, basic, cookie, set_cookie, ticket, ticket_url, json_password, escaped_json,
    xml_setting, command_line, api_key, client_secret, signed_url, variable, cloud_key,
)
STATEMENTS = (odbc, odbc, variable, web_url, signed_url)


def path(draw):
    """The path of a request with a secret, for access logs."""
    value = draw.letters(16)
    name = draw.pick(("qlikTicket", "access_token", "api_key"))
    return f"/api/hub/v1/apps?{name}={value}&start={draw.below(99)}", [value]


PATHS = (path,)
