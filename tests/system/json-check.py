# SPDX-License-Identifier: Apache-2.0
"""Holds what programs printed with --json against docs/epurse-json.schema.json: json-check.py SCHEMA OBJECTS EVENTS PAGE.

Every object fits the definition of its operation and no other; every operation was seen to succeed; every field of the schema
stands in the manual page and every one of the page in the schema; a field that is not in the schema would be seen."""
import copy
import json
import re
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
objects = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
events = [json.loads(line) for line in open(sys.argv[3], encoding="utf-8")]
page = open(sys.argv[4], encoding="utf-8").read()
Validator = jsonschema.validators.validator_for(schema)
Validator.check_schema(schema)
failed = 0


def against(name):
    return Validator({"$ref": "#/$defs/" + name, "$defs": schema["$defs"]})


def complain(text):
    global failed
    failed += 1
    print(text)


def fields(part, found):
    for name, each in part.get("properties", {}).items():
        if isinstance(each, dict):
            found.add(name)
            fields(each, found)
    fields(part["items"], found) if isinstance(part.get("items"), dict) else None
    for each in part.get("oneOf", []):
        fields(each, found)
    return found


operations = {name: part for name, part in schema["$defs"].items() if name not in ("event", "types")}
checks = {name: against(name) for name in operations}
whole = Validator(schema)
for each in objects:
    name = each["operation"].replace(" ", "-") or "none"
    if name not in checks:
        complain(f"operation {name} is not in the schema: {each}")
        continue
    for error in checks[name].iter_errors(each):
        complain(f"{name}: {'/'.join(map(str, error.path))}: {error.message}")
for each in events:
    for error in against("event").iter_errors(each):
        complain(f"event {each}: {error.message}")
seen = {each["operation"].replace(" ", "-") for each in objects if each["status"] == "OK"}
for name in sorted(operations.keys() - seen - {"none"}):
    complain(f"{name} was never seen to succeed")

first = {each["operation"].replace(" ", "-"): each for each in objects if each["status"] == "OK"}
for name, each in first.items():
    if not whole.is_valid(each):
        complain(f"{name} fits not exactly one definition")
    more = dict(copy.deepcopy(each), undocumented=1)
    if checks[name].is_valid(more):
        complain(f"{name}: a field that is not documented would not be seen")

in_schema = set()
for part in list(operations.values()) + [schema["$defs"]["event"]]:
    fields(part, in_schema)
in_page = set(re.findall(r"^\*([a-z][a-z_]*)\*$", page, re.M))
for name in sorted(in_schema - in_page - {"event", "tries_left"}):
    complain(f"the page does not have {name}")
for name in sorted(in_page - in_schema - {"waiting", "authorising", "result"}):
    complain(f"the schema does not have {name}")
for name in sorted(operations.keys() - {"none"}):
    if not re.search(r"^## (.*, )?" + name.replace("-", " ") + "(,|$)", page, re.M):
        complain(f"the page has no {name}")
sys.exit(1 if failed else 0)
