#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds exchanges with a running till against docs/till-openapi.yaml. Prints nothing but faults; fails where there are some.

till-openapi-check.py OPENAPI ROUTES EXCHANGES EVENTS: the description; what `epurse-tilld --list-routes` printed; lines of METHOD, PATH, HTTP
status, media type, request and reply, with tabs between; a stream of events.
"""
import importlib.util
import json
import pathlib
import sys

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("openapi_check", pathlib.Path(__file__).with_name("openapi-check.py"))
openapi_check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(openapi_check)


def template(path):
    path = path.split("?")[0]
    return "/sales/{reference}" if path.startswith("/sales/") else path


def exchange_faults(description, line, seen):
    method, path, http, media, request, reply = line.rstrip("\n").split("\t")
    where = f"{method} {path} {http}"
    operation = description.root["paths"].get(template(path), {}).get(method.lower())
    if operation is None:
        return [] if http in ("404", "405") else [f"{where}: not documented"]
    response = description.follow(operation["responses"].get(http, {}))
    schema = response.get("content", {}).get(media, {}).get("schema")
    if schema is None:
        return [f"{where} {media}: not documented"]
    seen.add(f"{method} {template(path)}" if http[0] == "2" else "")
    found = description.faults(json.loads(reply), schema, where + " reply")
    if http[0] == "2" and method == "POST":
        asked = operation["requestBody"]["content"]["application/json"]["schema"]
        found += description.faults(json.loads(request), asked, where + " request")
    return found


def main():
    description = openapi_check.Description(sys.argv[1])
    seen, found = set(), []
    served = set(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8").splitlines())
    documented = {f"{method.upper()} {path}" for path, item in description.root["paths"].items() for method in item}
    found += [f"{route}: documented or served, not both" for route in sorted(served ^ documented)]
    with open(sys.argv[3], encoding="utf-8") as file:
        for line in file:
            found += exchange_faults(description, line, seen)
    event = description.root["components"]["schemas"]["Event"]
    with open(sys.argv[4], encoding="utf-8") as file:
        events = [json.loads(line[6:]) for line in file if line.startswith("data: ")]
    for each in events:
        found += description.faults(each, event, f"event {each.get('number')}")
    if events:
        seen.add("GET /events")
    found += [f"{route}: never seen to succeed" for route in sorted(documented - seen)]
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
