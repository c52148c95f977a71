#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds exchanges with a running server against docs/openapi.yaml. Prints TAP.

openapi-check.py OPENAPI ROUTES EXCHANGES: the description; what `epursed --list-routes` printed; what the tour printed.
"""
import base64
import json
import re
import sys

import yaml

KNOWN = {"type", "const", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
         "items", "properties", "required", "additionalProperties", "description", "$ref", "oneOf"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


class Description:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.root = yaml.safe_load(file)

    def follow(self, node):
        while "$ref" in node:
            target = self.root
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target[part]
            node = target
        return node

    def faults(self, value, schema, where):
        """What is wrong with a value, as sentences."""
        schema = self.follow(schema)
        unknown = set(schema) - KNOWN
        if unknown:
            return [f"{where}: this test does not know {unknown}"]
        found = []
        if "oneOf" in schema:
            each = [self.faults(value, one, where) for one in schema["oneOf"]]
            return [] if each.count([]) == 1 else [f"{where}: {each.count([])} of oneOf fit"] + sum(each, [])
        kind = schema.get("type")
        if kind and (not isinstance(value, TYPES[kind]) or isinstance(value, bool) != (kind == "boolean")):
            return [f"{where}: {value!r} is no {kind}"]
        if "const" in schema and value != schema["const"]:
            found.append(f"{where}: {value!r} is not {schema['const']!r}")
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{where}: {value!r} is not one of {schema['enum']}")
        if isinstance(value, str):
            found += self.text_faults(value, schema, where)
        elif isinstance(value, int):
            if value < schema.get("minimum", value) or value > schema.get("maximum", value):
                found.append(f"{where}: {value} is out of range")
        elif isinstance(value, list):
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
                found.append(f"{where}: {len(value)} items")
            for number, item in enumerate(value):
                found += self.faults(item, schema["items"], f"{where}[{number}]")
        elif isinstance(value, dict):
            found += self.object_faults(value, schema, where)
        return found

    @staticmethod
    def text_faults(value, schema, where):
        found = []
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            found.append(f"{where}: {len(value)} characters")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append(f"{where}: {value!r} does not match {schema['pattern']}")
        return found

    def object_faults(self, value, schema, where):
        known = schema.get("properties", {})
        found = [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
        if schema.get("additionalProperties") is False:
            found += [f"{where}: {name} is not documented" for name in value if name not in known]
        for name, item in value.items():
            if name in known:
                found += self.faults(item, known[name], f"{where}.{name}")
        return found


def payload(jws):
    middle = jws.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def message_faults(description, jws, envelope, body_schema, where):
    schemas = description.root["components"]["schemas"]
    try:
        claims = payload(jws)
    except (IndexError, ValueError) as error:
        return [f"{where}: not a message: {error}"]
    found = description.faults(claims, schemas[envelope], where)
    return found or description.faults(claims["body"], body_schema, f"{where}.body")


def exchange_faults(description, exchange):
    where = f"{exchange['method']} {exchange['path']} {exchange['http']}"
    operation = description.root["paths"].get(exchange["path"], {}).get("post" if exchange["path"].startswith("/v1/")
                                                                       else "get")
    response = description.follow(operation["responses"].get(str(exchange["http"]), {})) if operation else {}
    media = response.get("content", {}).get(exchange["type"])
    if media is None:
        return [f"{where} {exchange['type']} is not documented"]
    if exchange["type"] == "application/jose":
        asked = operation["requestBody"]["content"]["application/jose"]
        return (message_faults(description, exchange["request"], "Request", asked["x-body"], where + " request")
                + message_faults(description, exchange["reply"], "Reply", media["x-body"], where + " reply"))
    if exchange["type"].endswith("json"):
        return description.faults(json.loads(exchange["reply"]), media["schema"], where)
    return [] if exchange["reply"] else [f"{where}: an empty answer"]


def routes_of(description):
    return {f"{method.upper()} {path} {','.join(operation['x-roles']) or '-'}"
            for path, item in description.root["paths"].items() for method, operation in item.items()}


def main():
    description = Description(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        served = {line.strip() for line in file if line.strip()}
    with open(sys.argv[3], encoding="utf-8") as file:
        exchanges = [json.loads(line) for line in file]
    checks = []
    documented = routes_of(description)
    checks.append(("every route is documented", sorted(served - documented)))
    checks.append(("every documented route is served, to those roles", sorted(documented - served)))
    good = {exchange["path"] for exchange in exchanges if exchange["http"] == 200}
    checks.append(("every documented path answered", sorted(set(description.root["paths"]) - good)))
    for path in sorted(description.root["paths"]):
        found = [fault for exchange in exchanges if exchange["path"] == path
                 for fault in exchange_faults(description, exchange)]
        checks.append((f"{path} answers as documented", found))
    failed = 0
    for number, (name, found) in enumerate(checks, 1):
        failed |= bool(found)
        print(f"{'not ok' if found else 'ok'} {number} - {name}")
        for fault in found:
            print(f"# {fault}")
    print(f"1..{len(checks)}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
