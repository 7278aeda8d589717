"""Compares what `cxvars plugin inspect` shows of policies' metadata with what wasm-tools reads.

    metadata.py CXVARS WASM_TOOLS POLICY…    each policy has a version, a licence and a source
"""

import json
import subprocess
import sys


def output(*command):
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main(cxvars, wasm_tools, policies):
    keys = "name version licenses source revision homepage authors description".split()
    for policy in policies:
        read = output(wasm_tools, "metadata", "show", "--json", policy)["component"]["metadata"]
        read = {key: read[key] for key in keys if read[key] is not None}
        shown = output(cxvars, "plugin", "inspect", policy, "--format", "json")["metadata"]
        if shown != read or not {"version", "licenses", "source"} <= shown.keys():
            sys.exit(f"metadata: {policy}:\n{shown}\n{read}")
        print(f"metadata of {policy}: {', '.join(shown)}")


main(sys.argv[1], sys.argv[2], sys.argv[3:])
