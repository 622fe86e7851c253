"""Two clients of the Repository Service against the stand-in: what must work works, what must be refused is.

Usage: drive.py FOLDER PORT, or drive.py --present, which only says whether the clients are there.
"""

import logging
import sys
import tempfile
import uuid
from pathlib import Path

import requests
from qrs_api_client.auth import AuthManager
from qrs_api_client.client import QRSClient
from qsAPI import QRS

APP = "060dcbca-4782-4f99-a7c4-767190e85358"
APPS = 3
CONNECTIONS = 13
MAGIC = bytes.fromhex("ffff0100c1060000")
failed = []


def holds(what, is_so):
    print(f"  {'holds' if is_so else 'DOES NOT HOLD'}: {what}")
    if not is_so:
        failed.append(what)


def refused(what, call):
    try:
        holds(what, call() is None)
    except requests.exceptions.ConnectionError as error:
        holds(f"{what} ({type(error).__name__})", True)


def first_client(folder, port):
    """qsAPI: takes no root of its own, so it is told not to look at the server's certificate."""

    def connect(certificates, user="sa_api"):
        who = {"userDirectory": "INTERNAL", "userID": user}
        certificate = str(folder / certificates / "client.pem")
        return QRS(proxy="localhost", port=port, certificate=certificate, verify=False, user=who, verbosity="ERROR")

    site = connect(".")
    ask = site.driver.get
    holds("about", site.getAbout()["buildVersion"] == "20.4.2.0")
    holds("ping", "Ping successful" in site.ping().text)
    holds("count of apps", site.count("app") == APPS)
    holds("count with a filter", site.count("app", "name eq 'License Monitor'") == 1)
    holds("list of apps", sorted(site.AppDictAttributes())[0] == "License Monitor" and len(site.AppGet()) == APPS)
    holds("one app", site.AppGet(APP)["name"] == "Operations Monitor")
    holds("license", ask("/qrs/license").json()["serial"] == "9999000000001277")
    holds("access", site.LicenseUsageSummary()["userAccessType"]["tokenCost"] == 1)
    nodes = ask("/qrs/servernodeconfiguration/full").json()
    holds("nodes", [node["isCentral"] for node in nodes] == [True, False])
    connections = ask("/qrs/dataconnection/full").json()
    passwords = {one["password"] for one in connections}
    holds("data connections", len(connections) == CONNECTIONS and "Password123!" in passwords)

    with tempfile.TemporaryDirectory() as out:
        small, whole, again = (Path(out) / name for name in ("small.qvf", "whole.qvf", "again.qvf"))
        got = site.AppExport(APP, str(small), skipdata="true")
        holds("export without data", got.status_code == 200 and small.read_bytes().startswith(MAGIC))
        got = site.AppExport(APP, str(whole), skipdata="false")
        holds("export with data is larger", whole.stat().st_size > small.stat().st_size)
        path = requests.utils.urlparse(got.url).path
        holds("no second download", site.driver.download(path, str(again)).status_code == 404)

    holds("unknown path", ask("/qrs/nothing").status_code == 404)
    prepare = site.driver._params_prepare

    def with_another_key(param, more=None):
        parameters, headers = prepare(param, more or {})
        return parameters, headers | {"x-Qlik-Xrfkey": "0" * 16}

    site.driver._params_prepare = with_another_key
    holds("another key in the header", ask("/qrs/app").status_code == 403 and "XSRF" in ask("/qrs/app").text)
    site.driver._params_prepare = prepare
    site.driver.setUser("INTERNAL", "nobody")
    holds("unknown user", ask("/qrs/about").status_code == 403)
    for wrong in ("foreign", "expired"):
        refused(f"certificate: {wrong}", lambda wrong=wrong: connect(wrong))


def second_client(folder, port):
    """qrs-api-client: checks the server against the root that it is given; gives nothing when it is refused."""

    def connect(certificates, root="."):
        own = folder / certificates
        files = [str(own / "client.pem"), str(own / "client_key.pem"), str(folder / root / "root.pem")]
        return QRSClient("localhost", port, "certificate", AuthManager(*files))

    site = connect(".")
    holds("about", site.get("/qrs/about")["nodeType"] == 1)
    holds("the key in PKCS#8", connect("pkcs8").get("/qrs/about") is not None)
    holds("app by name", site.app_get_id("Operations Monitor") == [uuid.UUID(APP)])
    holds("app by name and stream", site.app_get_id("License Monitor", "Monitoring apps") != [])
    holds("owner of an app", site.app_get_owner(uuid.UUID(APP))["userId"] == "sa_repository")
    holds("license", site.get("/qrs/license")["isExpired"] is False)
    holds("nodes", len(site.get("/qrs/servernodeconfiguration/full")) == 2)
    holds("data connections", len(site.get("/qrs/dataconnection")) == CONNECTIONS)
    results = [task["operational"]["lastExecutionResult"] for task in site.get("/qrs/reloadtask/full")]
    words = dict(value.split(": ") for value in site.get_enum("ExecutionResult.Status"))
    last = [words[str(result["status"])] for result in results if result]
    holds("last results of tasks", last == ["FinishedSuccess", "FinishedFail"])

    # It takes each answer for JSON, so the file is fetched with its session.
    told = site.post(f"/qrs/app/{APP}/export/{uuid.uuid4()}", params={"skipData": True})
    url = f"https://localhost:{port}{told['downloadPath']}&Xrfkey={site.xrf}"
    headers = {"X-Qlik-Xrfkey": site.xrf, "X-Qlik-User": "UserDirectory=INTERNAL;UserID=sa_repository"}
    got = site.session.get(url, headers=headers)
    holds("export", got.status_code == 200 and got.content.startswith(MAGIC) and told["cancelled"] is False)
    holds("no second download", site.session.get(url, headers=headers).status_code == 404)

    refused("another key in the header", lambda: site.get("/qrs/about", headers={"X-Qlik-Xrfkey": "0" * 16}))
    refused("unknown app", lambda: site.get(f"/qrs/app/{uuid.uuid4()}"))
    refused("certificate: foreign", lambda: connect("foreign").get("/qrs/about"))
    refused("certificate: expired", lambda: connect("expired").get("/qrs/about"))
    refused("root: another", lambda: connect(".", "other-root").get("/qrs/about"))


def main():
    if sys.argv[1:] == ["--present"]:
        return 0
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    # The second client tells each refusal as an error.
    logging.getLogger("qrs_api_client").setLevel(logging.CRITICAL)
    for client in (first_client, second_client):
        print(client.__doc__.split(":")[0])
        client(folder, port)
    print(f"{len(failed)} do not hold" if failed else "all hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
