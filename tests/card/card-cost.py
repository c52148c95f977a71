#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes into docs/card-cost.md what follows from the counts of tests/card/cost.def (to which the card is held) and the
families of src/cmd/perso/card_family.def: the table of the other types, and each family's milliseconds.

card-cost.py [--check] [ROOT]; --check changes nothing and fails where the page is not current. Either fails where the
first family does not keep a budget."""
import pathlib
import re
import sys

# What a person waits for, milliseconds, of the first family.
BUDGETS = {"after the PIN": 155, "purchase, till known": 265, "off-line, till known": 250}
COUNTS = "sign verify key_pairs agreements aes hashes commits sent received".split()
TIMES = "sign verify key_pair agreement protected session".split()
STEPS = {
    "01 to 05": ("DEBIT, CREDIT", "commit"),
    "01, 03 with the PIN, at a known till": ("INITIALIZE", "purchase"),
    "01, 03 without the PIN": ("INITIALIZE", "purchase_without_pin"),
    "02 load, PIN riding": ("INITIALIZE", "load"),
    "05 payout, PIN riding": ("INITIALIZE", "payout"),
    "04 refund": ("INITIALIZE", "refund"),
    "06 off-line, without the PIN": ("INITIALIZE", "offline_without_pin"),
    "06 off-line, PIN riding": ("INITIALIZE", "offline"),
    "06 off-line, the certificate beside it": ("GET DATA 7F21", "certificate"),
}


def rows(path, macro):
    """The arguments of each line MACRO(...), as text."""
    for arguments in re.findall(rf"^{macro}\((.*)\)$", path.read_text(), re.M):
        yield [one.strip().strip('"') for one in re.findall(r'"[^"]*"|[^,]+', arguments)]


def read(root):
    costs = {
        name: dict(zip(COUNTS, map(int, counts), strict=True))
        for name, *counts in rows(root / "tests/card/cost.def", "COST")
    }
    families = {
        name: dict(zip(TIMES, (int(time) / 10 for time in times), strict=True))
        for name, *times in rows(root / "src/cmd/perso/card_family.def", "FAMILY")
    }
    return costs, families


def step(cost, family):
    """A command under secure messaging, and what it computes beside that."""
    return family["protected"] + cost["sign"] * family["sign"] + cost["verify"] * family["verify"]


def session(cost, family):
    """SCP11a is published with one verification, one key pair and two agreements."""
    return (
        family["session"]
        + (cost["verify"] - 1) * family["verify"]
        + (cost["key_pairs"] - 1) * family["key_pair"]
        + (cost["agreements"] - 2) * family["agreement"]
    )


def times(costs, family):
    new, known = session(costs["session_new"], family), session(costs["session_known"], family)
    pay = step(costs["purchase"], family) + step(costs["commit"], family)
    offline = step(costs["offline"], family) + step(costs["certificate"], family)
    return {
        "session, till new": new,
        "session, till known": known,
        "after the PIN": pay,
        "purchase, till new": new + pay,
        "purchase, till known": known + pay,
        "off-line, till known": known + offline,
    }


def table(head, lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *lines])


def types_table(costs):
    columns = [name for name in COUNTS if name not in ("key_pairs", "agreements")]
    head = ["type", "command", "sign", "verify", "AES blocks", "hashes", "commits", "bytes in", "bytes out"]
    return table(
        head,
        [[name, command, *(str(costs[key][one] or "") for one in columns)] for name, (command, key) in STEPS.items()],
    )


def families_table(costs, families):
    made = {name: times(costs, family) for name, family in families.items()}
    return table(
        ["card", *heads(made)],
        [[name, *(f"{time:.0f}" for time in of.values())] for name, of in made.items()],
    )


def heads(made):
    return [f"{name} (at most {BUDGETS[name]})" if name in BUDGETS else name for name in next(iter(made.values()))]


def put(page, name, text):
    begin, end = f"<!-- {name}: written by tests/card/card-cost.py -->\n", f"\n<!-- {name} ends -->"
    if begin not in page or end not in page:
        sys.exit(f"the page has no place for the {name}")
    return page[: page.index(begin) + len(begin)] + text + page[page.index(end) :]


def main():
    arguments = [one for one in sys.argv[1:] if one != "--check"]
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).parents[2]
    costs, families = read(root)
    path = root / "docs/card-cost.md"
    before = path.read_text()
    page = put(before, "types", types_table(costs))
    page = put(page, "families", families_table(costs, families))
    first = next(iter(families))
    late = [
        f"{first}: {name}: {time:.1f} ms, and at most {BUDGETS[name]} are kept"
        for name, time in times(costs, families[first]).items()
        if name in BUDGETS and time > BUDGETS[name]
    ]
    if page != before and "--check" in sys.argv:
        late.append("docs/card-cost.md is not what the counts give: run tests/card/card-cost.py, and judge what changed")
    elif page != before:
        path.write_text(page)
    if late:
        sys.exit("\n".join(late))


main()
