#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A day at a till by ZVT: customers come with their cards, some pull them out in the middle, some bring their sale back; the register
loses its line now and then. What the register was told is added up here, and printed as a line of JSON.

zvt-day.py PORT --till SOCKET --vpcd PORT --sales N --refunds N --torn N --lost N --loaded MINOR CARD-FILE...
"""
import argparse
import importlib.util
import json
import pathlib
import random
import subprocess
import sys
import time

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("zvt_register", pathlib.Path(__file__).with_name("zvt-register.py"))
zvt_register = importlib.util.module_from_spec(spec)
spec.loader.exec_module(zvt_register)

NOT_NOW = ("closed", "refused a0", "abort a0")


class Card:
    def __init__(self, file, loaded, vpcd):
        self.file, self.balance, self.vpcd, self.process = file, loaded, vpcd, None
        self.bought = []  # receipts and amounts of which nothing was given back yet

    def insert(self):
        if self.process is None:
            self.process = subprocess.Popen(["epurse-card", "run", self.file, "--port", str(self.vpcd)], stderr=subprocess.DEVNULL)

    def remove(self, torn=False):
        if self.process is not None:
            (self.process.kill if torn else self.process.terminate)()
            self.process.wait()
        self.process = None


class Customer(zvt_register.Register):
    """One command of the register while a customer stands there: the card goes in when it is asked for, and out when it is to go."""

    def __init__(self, options, card, tear=None, back=False, drop=False):
        super().__init__(options)
        self.card, self.tear, self.back, self.drops, self.torn = card, tear, back, drop, False

    def pull(self):
        self.tear, self.torn = None, True
        self.card.remove(torn=True)

    def on_progress(self, data):
        code = data[0]
        if code == 0x0A and (self.back or not self.torn):  # "Put the same card back: it is not finished."
            self.card.insert()
        elif code == 0x0B:
            self.card.remove()
        if code == 0x01 and self.tear == 0:
            self.pull()
        super().on_progress(data)
        if code == 0x01 and self.tear is not None:
            time.sleep(self.tear)
            self.pull()

    def on_status(self, data):
        if self.drops:
            self.drop()
        super().on_status(data)


class Day:
    def __init__(self, options):
        self.options = options
        self.chance = random.Random(20007)
        self.told = {"sales": 0, "sold": 0, "refunds": 0, "refunded": 0, "torn": 0, "lost": 0}

    def ask(self, *words, card=None, **faults):
        options = argparse.Namespace(**vars(self.options), meanwhile=None, command=[str(word) for word in words])
        register = Customer(options, card, **faults)
        try:
            register.frame(*zvt_register.command(options))
            register.run()
        except zvt_register.Gone:
            register.told["end"] = "dropped" if register.dropped else "closed"
        register.line.close()
        return register

    def must(self, told, what):
        if told["end"] != "done":
            sys.exit(f"{what}: {told}")
        return told

    def last(self):
        """What the line that was lost did not say."""
        until = time.monotonic() + 60
        told = self.ask("last").told
        while told["end"] in NOT_NOW and time.monotonic() < until:
            time.sleep(0.05)
            told = self.ask("last").told
        return self.must(told, "after a lost line")

    def sell(self, card, amount, tear=None, back=False, drop=False):
        told = {"end": "abort"}
        for attempt in range(5):
            register = self.ask("pay", amount, card=card, tear=tear, back=back, drop=drop)
            told = register.told
            self.told["torn"] += register.torn
            if register.dropped:
                self.told["lost"] += 1
                told = self.last()
            card.remove()
            if told["end"] == "done" and told["result"] == "00":
                break
            if tear is None and not drop:
                sys.exit(f"a sale of {amount}, attempt {attempt}: {told}")
            tear, drop = None, attempt == 0 and drop
        self.must(told, "a sale")
        if int(told["amount"]) != amount:
            sys.exit(f"a sale of {amount}: {told}")
        card.balance -= amount
        card.bought.append((int(told["receipt"]), amount))
        self.told["sales"] += 1
        self.told["sold"] += amount

    def give_back(self, card, whole):
        receipt, amount = card.bought.pop(self.chance.randrange(len(card.bought)))
        amount = amount if whole else self.chance.randint(1, amount - 1)
        told = self.ask(*(("reverse", receipt) if whole else ("refund", amount, receipt)), card=card).told
        card.remove()
        self.must(told, f"{amount} of receipt {receipt} back")
        if int(told["amount"]) != amount:
            sys.exit(f"{amount} of receipt {receipt} back: {told}")
        card.balance += amount
        self.told["refunds"] += 1
        self.told["refunded"] += amount

    def plan(self):
        """Who comes when: refunds in the last nine tenths of the day, faults anywhere."""
        options = self.options
        faults = [("tear", number) for number in range(options.torn)] + [("drop", number) for number in range(options.lost)]
        sales = [("sale", 0)] * (options.sales - len(faults)) + faults
        self.chance.shuffle(sales)
        for number in range(options.refunds):
            sales.insert(self.chance.randint(len(sales) // 10 + 2, len(sales)), ("refund", number))
        return sales

    def live(self, cards):
        self.must(self.ask("register", "BE").told, "registration")
        for kind, number in self.plan():
            card = self.chance.choice([each for each in cards if each.bought] if kind == "refund" else cards)
            amount = self.chance.randint(5, 180)
            if kind == "refund":
                self.give_back(card, number % 2 == 0)
            elif kind == "tear":  # before the PIN is given, or somewhere in the next moments; some do put it back when they are told to
                self.sell(card, amount, tear=0 if number % 3 == 2 else self.chance.uniform(0.002, 0.05), back=number % 2 == 0)
            else:
                self.sell(card, amount, drop=kind == "drop")
        self.told["x"] = self.must(self.ask("totals").told, "totals")
        self.told["cards"] = {each.file: each.balance for each in cards}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--till", required=True)
    for name in ("vpcd", "sales", "refunds", "torn", "lost", "loaded"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("cards", nargs="+")
    options = parser.parse_args()
    cards = [Card(file, options.loaded, options.vpcd) for file in options.cards]
    vars(options).update(pin="2468", password="000000", currency="978", blocks=False, slow=False, record=None, drop=None, tear=None,
                         mute=False, insert=None, double=None, abort=None, refuse=None, only_acknowledged=False)
    day = Day(options)
    try:
        day.live(cards)
    finally:
        for card in cards:
            card.remove()
    print(json.dumps(day.told))


main()
