#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes into docs/card-cost.md what follows from the counts of tests/card/cost.def and tests/applet/cost.def (to which the
two cards are held) and the families of src/cmd/perso/card_family.def: the table of the other types, the applet's counts,
and each family's milliseconds by either.

card-cost.py [--check] [ROOT]; --check changes nothing and fails where the page is not current. Either fails where the
first family does not keep a budget."""
import pathlib
import re
import sys

# What a person waits for, milliseconds, of the first family.
BUDGETS = {"after the PIN": 155, "purchase, till known": 265, "off-line, till known": 250}
COUNTS = "sign verify key_pairs agreements aes hashes commits sent received".split()
TIMES = "sign verify key_pair agreement protected session".split()
APPLET_COUNTS = "sign verify key_pairs agreements aes_setups aes_calls hashes writes commits".split()
CALLS = "aes_setup aes_call hash".split()
APPLET_STEPS = {
    "up to the open channel, till new": "session_new",
    "up to the open channel, till known": "session_known",
    "INITIALIZE, PIN riding": "purchase",
    "DEBIT": "commit",
    "INITIALIZE for a load, PIN riding": "load",
    "CREDIT": "commit_credit",
    "INITIALIZE off-line, PIN riding": "offline",
    "GET DATA 7F21": "certificate",
}
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
    for name, *calls in rows(root / "src/cmd/perso/card_family.def", "FAMILY_CALLS"):
        families[name].update(zip(CALLS, (int(time) / 10 for time in calls), strict=True))
    applet = {
        name: dict(zip(APPLET_COUNTS, map(int, counts), strict=True))
        for name, *counts in rows(root / "tests/applet/cost.def", "APPLET_COST")
    }
    return costs, applet, families


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


def applet_step(cost, family):
    """Each call of the chip's functions that takes long."""
    return (
        cost["sign"] * family["sign"]
        + cost["verify"] * family["verify"]
        + cost["key_pairs"] * family["key_pair"]
        + cost["agreements"] * family["agreement"]
        + cost["aes_setups"] * family["aes_setup"]
        + cost["aes_calls"] * family["aes_call"]
        + cost["hashes"] * family["hash"]
    )


def times(costs, family):
    new, known = session(costs["session_new"], family), session(costs["session_known"], family)
    return together(new, known, {name: step(cost, family) for name, cost in costs.items()})


def applet_times(applet, family):
    steps = {name: applet_step(cost, family) for name, cost in applet.items()}
    return together(steps["session_new"], steps["session_known"], steps)


def together(new, known, steps):
    pay = steps["purchase"] + steps["commit"]
    offline = steps["offline"] + steps["certificate"]
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


def applet_table(applet):
    aes = ["AES objects given a key", "AES calls"]
    return table(
        ["step", "sign", "verify", "key pair", "agree", *aes, "hashes", "writes", "commits"],
        [[name, *(str(applet[key][one] or "") for one in APPLET_COUNTS)] for name, key in APPLET_STEPS.items()],
    )


def families_table(made):
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
    costs, applet, families = read(root)
    by_core = {name: times(costs, family) for name, family in families.items()}
    by_applet = {name: applet_times(applet, family) for name, family in families.items()}
    path = root / "docs/card-cost.md"
    before = path.read_text()
    page = put(before, "types", types_table(costs))
    page = put(page, "families", families_table(by_core))
    page = put(page, "applet", applet_table(applet))
    page = put(page, "families of the applet", families_table(by_applet))
    first = next(iter(families))
    late = [
        f"{first}{whose}: {name}: {time:.1f} ms, and at most {BUDGETS[name]} are kept"
        for whose, made in {"": by_core, ", the applet": by_applet}.items()
        for name, time in made[first].items()
        if name in BUDGETS and time > BUDGETS[name]
    ]
    if page != before and "--check" in sys.argv:
        late.append("docs/card-cost.md is not what the counts give: run tests/card/card-cost.py, and judge what changed")
    elif page != before:
        path.write_text(page)
    if late:
        sys.exit("\n".join(late))


main()
