"""The settings of docs/editors.md: they can be read, and the command in them starts the server."""

import json
import os
import pathlib
import shutil
import subprocess
import tomllib

import pytest
from snippet import snippets

HERE = pathlib.Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"


def helix() -> list[str]:
    settings = tomllib.loads(snippets("Helix")[0][1])
    server = settings["language-server"]["cxvars"]
    assert all("cxvars" in language["language-servers"] for language in settings["language"])
    return [server["command"], *server["args"]]


def sublime() -> list[str]:
    return json.loads(snippets("Sublime Text")[0][1])["clients"]["cxvars"]["command"]


def jetbrains() -> list[str]:
    [(_, text)] = snippets("IntelliJ IDEA, PyCharm, WebStorm and others of JetBrains")
    template = json.loads(text)
    assert template == json.loads((EXAMPLES / "lsp4ij/template.json").read_text())
    return template["programArgs"]["default"].split()


def kate() -> list[str]:
    [(_, text)] = snippets("Kate")
    servers = json.loads(text)["servers"]
    assert all(server.get("use", "json") == "json" for server in servers.values())
    return servers["json"]["command"]


def neovim_0_11(tmp_path: pathlib.Path) -> list[str]:
    file = tmp_path / "settings.lua"
    file.write_text(snippets("Neovim 0.11 and later")[0][1])
    command = ["nvim", "--headless", "--clean", "-S", str(HERE / "neovim_settings.lua")]
    printed = subprocess.run(command, env=os.environ | {"SNIPPET": str(file)}, capture_output=True, check=True).stdout
    configured = json.loads(printed)
    assert configured["name"] == configured["enabled"] == "cxvars"
    return configured["settings"]["cmd"]


def zed() -> list[str]:
    json.loads(snippets("Zed")[0][1])
    extension = tomllib.loads((EXAMPLES / "zed/extension.toml").read_text())
    assert extension["language_servers"]["cxvars"]["languages"]
    # Compiled by tests/editors; it starts what `which` finds.
    return [shutil.which("cxvars"), "lsp"]


@pytest.mark.parametrize("settings", [helix, sublime, jetbrains, kate, neovim_0_11, zed])
def test_the_command_starts_the_server(settings, tmp_path):
    command = settings(tmp_path) if settings is neovim_0_11 else settings()
    assert command[1:] == ["lsp"]
    ask = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}}
    body = json.dumps(ask).encode()
    # The end of the input ends the server.
    request = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    answer = subprocess.run(command, input=request, capture_output=True).stdout
    header, _, rest = answer.partition(b"\r\n\r\n")
    answer = json.loads(rest[: int(header.split()[1])])
    assert answer["result"]["serverInfo"]["name"] == "cxvars"
