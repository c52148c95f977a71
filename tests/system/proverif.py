#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models in ProVerif's language (formal/proverif): their false variants, whether they are well formed, what a run has shown.

   proverif.py check DOCUMENT MODEL...         syntax, names, arities, and types of all variants; each claim stands in DOCUMENT
   proverif.py variants MODEL FOLDER           writes MODEL's variants into FOLDER, and their names
   proverif.py judge MODEL VARIANT < OUTPUT    ProVerif's output against what MODEL expects of that variant

A line that ends with (*- NAME *) is not in the variant NAME; (*+ NAME: TEXT *) is a line of that variant. (* FALSE NAME: CLAIM, CLAIM *)
says which claims are false in it; all others are true in all variants. A comment (* CLAIM: sentence *) stands before each query, a claim's
first word being a row or a heading in DOCUMENT; "happens" is not a claim, but that the event can happen."""
import re
import sys

TOKEN = re.compile(r"\s+|\(\*.*?\*\)|(inj-event|[A-Za-z_][A-Za-z0-9_']*|[0-9]+|==>|\|\||&&|<>|[()\[\],.;:=!|<>@])", re.S)
WORDS = set("channel choice const else equation event fail for forall foreach free fun get if in insert let letfun lemma new not "
            "noninterf or otherwise out param phase pred process proof query reduc restriction secret select set suchthat sync table "
            "then type weaksecret yield attacker mess axiom clauses true false bool bitstring nat time".split())


class Wrong(Exception):
    """The model is not well formed."""


def variants(text):
    """The names of the model's false variants, and what is false in each."""
    rows = re.findall(r"\(\* FALSE (\w+): ([^*]+?) \*\)", text)
    return {name: [claim.strip() for claim in claims.split(",")] for name, claims in rows}


def variant(text, name):
    """The model's text in the variant of that name; in no variant where the name is empty."""
    lines = []
    for line in text.splitlines():
        added = re.fullmatch(r"\s*\(\*\+ (\w+): (.*?) \*\)", line)
        taken = re.search(r"\(\*- ([\w ]+) \*\)\s*$", line)
        if added:
            line = added[2] if added[1] == name else ""
        elif taken and name in taken[1].split():
            line = ""
        lines.append(line)
    return "\n".join(lines) + "\n"


def claims(text):
    """The claim of each query, in order."""
    names = []
    for comment in re.findall(r"(?:\(\* ([^*]*?) \*\)\s*)?^query\b", text, re.M):
        if ":" not in comment:
            raise Wrong("a query without a claim before it")
        names.append(comment.split(":")[0])
    return names


class Parser:
    """Reads one model. Terms: ("var", name), ("call", name, terms), ("tuple", terms)."""

    def __init__(self, text):
        self.tokens, at = [], 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise Wrong("cannot read: " + text[at:at + 40].splitlines()[0])
            if found[1]:
                self.tokens.append((found[1], text.count("\n", 0, at) + 1))
            at = found.end()
        self.at = 0
        self.types = {"bitstring", "channel", "bool", "nat"}
        self.free, self.functions, self.events, self.tables, self.macros = {}, {}, {}, {}, {}
        self.rules, self.queries, self.private, self.main = [], [], set(), None

    def fail(self, message):
        line = self.tokens[min(self.at, len(self.tokens) - 1)][1]
        raise Wrong("line %d: %s" % (line, message))

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead][0] if self.at + ahead < len(self.tokens) else ""

    def take(self, *wanted):
        token = self.peek()
        if wanted and token not in wanted:
            self.fail("%s where %s should be" % (token or "the end", " or ".join(wanted)))
        self.at += 1
        return token

    def if_next(self, token):
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def name(self):
        token = self.take()
        if not re.match(r"[A-Za-z]", token) or token in WORDS or token == "inj-event":
            self.fail("%s is not a name" % token)
        return token

    def type(self):
        token = self.take()
        if token not in self.types:
            self.fail("no type: " + token)
        return token

    def several(self, one, closing=None):
        items = []
        if closing and self.peek() == closing:
            return items
        items.append(one())
        while self.if_next(","):
            items.append(one())
        return items

    def typed(self):
        names = [self.name()]
        while self.if_next(","):
            names.append(self.name())
        self.take(":")
        kind = self.take() if self.peek() == "time" else self.type()
        return [(name, kind) for name in names]

    def variables(self, end):
        found = []
        while self.peek() != end:
            found += self.typed()
            if not self.if_next(","):
                break
        return dict(found)

    def declare(self, where, name, what):
        for known in (self.free, self.functions, self.events, self.tables, self.macros):
            if name in known:
                self.fail(name + " is declared twice")
        where[name] = what

    # -- terms

    def term(self, scope):
        """A term and its type."""
        if self.if_next("("):
            parts = self.several(lambda: self.term(scope))
            self.take(")")
            return parts[0] if len(parts) == 1 else (("tuple", [part[0] for part in parts]), "bitstring")
        name = self.name()
        if self.peek() == "(":
            if name not in self.functions:
                self.fail("no function: " + name)
            takes, gives = self.functions[name]
            self.take("(")
            parts = self.several(lambda: self.term(scope), ")")
            self.take(")")
            self.fit(name, takes, parts)
            return ("call", name, [part[0] for part in parts]), gives
        if name in scope:
            return ("var", name), scope[name]
        if name in self.free:
            return ("call", name, []), self.free[name]
        return self.fail("not declared: " + name)

    def fit(self, name, takes, parts):
        if [part[1] for part in parts] != list(takes):
            self.fail("%s takes (%s)" % (name, ", ".join(takes)))

    def pattern(self, scope, kind=None):
        """A pattern and its type; what it binds is added to the scope. =M compares."""
        if self.if_next("="):
            term, of = self.term(scope)
            return ("equal", term), of
        if self.if_next("("):
            parts = self.several(lambda: self.pattern(scope))
            self.take(")")
            return (("tuple", [part[0] for part in parts]), "bitstring") if len(parts) > 1 else parts[0]
        name = self.name()
        if self.if_next(":"):
            kind = self.type()
        if kind is None:
            self.fail("no type given: " + name)
        if name in scope or name in self.free or name in self.functions:
            self.fail(name + " is bound twice")
        scope[name] = kind
        return ("bind", name), kind

    def condition(self, scope):
        left, of = self.term(scope)
        how = self.take("=", "<>")
        right, other = self.term(scope)
        if of != other:
            self.fail("compares %s with %s" % (of, other))
        return how, left, right

    # -- processes

    def process(self, scope):
        parts = [self.step(dict(scope))]
        while self.if_next("|"):
            parts.append(self.step(dict(scope)))
        return parts[0] if len(parts) == 1 else ("par", parts)

    def rest(self, scope):
        return self.process(scope) if self.if_next(";") else ("nil",) # over all that stands beside it, too

    def step(self, scope):
        token = self.peek()
        reader = getattr(self, "step_" + token, None) if token in ("in", "out", "new", "event", "if", "let", "get", "insert") else None
        if reader:
            self.at += 1
            return reader(scope)
        if self.if_next("0"):
            return ("nil",)
        if self.if_next("!"):
            return ("repeat", self.step(scope))
        if self.if_next("("):
            inner = self.process(scope)
            self.take(")")
            return inner
        name = self.name()
        if name not in self.macros:
            self.fail("no process: " + name)
        parts = []
        if self.if_next("("):
            parts = self.several(lambda: self.term(scope))
            self.take(")")
        self.fit(name, self.macros[name][0].values(), parts)
        return ("run", name, [part[0] for part in parts])

    def public(self, scope):
        self.take("(")
        if self.term(scope)[1] != "channel":
            self.fail("not a channel")
        self.take(",")

    def step_in(self, scope):
        self.public(scope)
        pattern = self.pattern(scope)[0]
        self.take(")")
        if self.if_next("["):
            self.take("precise")
            self.take("]")
        return ("in", pattern, self.rest(scope))

    def step_out(self, scope):
        self.public(scope)
        term = self.term(scope)[0]
        self.take(")")
        return ("out", term, self.rest(scope))

    def step_new(self, scope):
        name = self.name()
        if name in scope or name in self.free:
            self.fail(name + " is bound twice")
        self.take(":")
        scope[name] = self.type()
        return ("new", name, self.rest(scope))

    def step_event(self, scope):
        return self.with_terms("event", self.events, scope)

    def step_insert(self, scope):
        return self.with_terms("insert", self.tables, scope)

    def with_terms(self, what, known, scope):
        name = self.name()
        if name not in known:
            self.fail("no %s: %s" % (what, name))
        self.take("(")
        parts = self.several(lambda: self.term(scope), ")")
        self.take(")")
        self.fit(name, known[name], parts)
        return (what, name, [part[0] for part in parts], self.rest(scope))

    def step_if(self, scope):
        condition = self.condition(scope)
        self.take("then")
        yes = self.process(scope)
        no = self.step(dict(scope)) if self.if_next("else") else ("nil",)
        return ("if", condition, yes, no)

    def step_let(self, scope):
        inner = dict(scope)
        at = self.at
        # what is on the right is typed first: it gives the type of a plain name on the left
        depth = 0
        while self.peek() and not (depth == 0 and self.peek() == "=" and self.at > at):
            depth += (self.peek() == "(") - (self.peek() == ")")
            self.at += 1
        self.take("=")
        term, kind = self.term(scope)
        after, self.at = self.at, at
        pattern = self.pattern(inner, kind)[0]
        self.take("=")
        self.at = after
        self.take("in")
        yes = self.process(inner)
        no = self.step(dict(scope)) if self.if_next("else") else ("nil",)
        return ("let", pattern, term, yes, no)

    def step_get(self, scope):
        name = self.name()
        if name not in self.tables:
            self.fail("no table: " + name)
        self.take("(")
        inner, parts = dict(scope), []
        for number, kind in enumerate(self.tables[name]):
            if number:
                self.take(",")
            parts.append(self.pattern(inner, kind))
        self.take(")")
        self.fit(name, self.tables[name], parts)
        self.take("in")
        return ("get", name, [part[0] for part in parts], self.process(inner))

    # -- declarations

    def model(self):
        while self.main is None:
            getattr(self, "declare_" + self.take("set", "free", "type", "fun", "reduc", "table", "event", "query", "let", "process"))()
        if self.peek():
            self.fail("text behind the process")
        return self

    def declare_set(self):
        self.name()
        self.take("=")
        self.take()
        self.take(".")

    def declare_free(self):
        for name, kind in self.typed():
            self.declare(self.free, name, kind)
            last = name
        if self.if_next("["):
            self.take("private")
            self.private.add(last)
            self.take("]")
        self.take(".")

    def declare_type(self):
        self.types.add(self.name())
        self.take(".")

    def declare_fun(self):
        name = self.name()
        self.take("(")
        takes = self.several(self.type, ")")
        self.take(")")
        self.take(":")
        self.declare(self.functions, name, (takes, self.type()))
        if self.if_next("["):
            self.take("private")
            self.private.add(name)
            self.take("]")
        self.take(".")

    def declare_reduc(self):
        self.take("forall")
        scope = self.variables(";")
        self.take(";")
        name = self.name()
        self.take("(")
        parts = self.several(lambda: self.term(scope))
        self.take(")")
        self.take("=")
        result, kind = self.term(scope)
        self.take(".")
        self.declare(self.functions, name, ([part[1] for part in parts], kind))
        self.rules.append((name, [part[0] for part in parts], result))

    def declare_table(self):
        self.signature(self.tables)

    def declare_event(self):
        self.signature(self.events)

    def signature(self, where):
        name = self.name()
        self.take("(")
        takes = self.several(self.type, ")")
        self.take(")")
        self.take(".")
        self.declare(where, name, takes)

    def declare_query(self):
        scope = {}
        if self.peek(1) in (":", ","):
            scope = self.variables(";")
            self.take(";")
        left = [self.fact(scope)]
        while self.if_next("&&"):
            left.append(self.fact(scope))
        right = None
        if self.if_next("==>"):
            right = [self.fact(scope)]
            while self.if_next("||"):
                right.append(self.fact(scope))
        self.take(".")
        self.queries.append((left, right))

    def fact(self, scope):
        if self.if_next("false"):
            return ("false",)
        if self.if_next("attacker"):
            self.take("(")
            term = self.term(scope)[0]
            self.take(")")
            return ("attacker", term)
        if self.peek(1) == "<":
            left, _, right = self.name(), self.take(), self.name()
            if scope.get(left) != "time" or scope.get(right) != "time":
                self.fail("not a time")
            return ("before", left, right)
        word = self.take("event", "inj-event")
        self.take("(")
        name = self.name()
        if name not in self.events:
            self.fail("no event: " + name)
        self.take("(")
        parts = self.several(lambda: self.term(scope), ")")
        self.take(")")
        self.take(")")
        self.fit(name, self.events[name], parts)
        if self.if_next("@") and scope.get(self.name()) != "time":
            self.fail("not a time")
        return (word, name, [part[0] for part in parts])

    def declare_let(self):
        name, scope = self.name(), {}
        if self.if_next("("):
            scope = self.variables(")")
            self.take(")")
        self.take("=")
        body = self.process(scope)
        self.take(".")
        self.declare(self.macros, name, (scope, body))

    def declare_process(self):
        self.main = self.process({})


def check(document, files):
    known = set(re.findall(r"^#+ ([\d.]+) ", document, re.M)) | set(re.findall(r"^\| ([A-Z]\d+) \|", document, re.M))
    bad = 0
    for file in files:
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
        try:
            names, false = claims(text), variants(text)
            for claim in names:
                if claim != "happens" and claim.split()[0].rstrip(".") not in known:
                    raise Wrong("no such claim in the document: " + claim)
            if not false:
                raise Wrong("no negative control")
            marks = " ".join(re.findall(r"\(\*[-+] ([\w ]+)", text)).split()
            for mark in set(marks) - set(false):
                raise Wrong("nothing said of variant " + mark)
            for name, expected in false.items():
                for claim in expected:
                    if claim not in names:
                        raise Wrong("variant %s: no query of %s" % (name, claim))
            base = Parser(variant(text, "")).model()
            if len(base.queries) != len(names):
                raise Wrong("queries and claims are not as many")
            for name in false:
                if variant(text, name) == variant(text, ""):
                    raise Wrong("variant %s is the model" % name)
                try:
                    Parser(variant(text, name)).model()
                except Wrong as reason:
                    raise Wrong("variant %s, %s" % (name, reason)) from reason
        except Wrong as reason:
            print("%s: %s" % (file, reason))
            bad = 1
    return bad


def judge(text, name, output):
    results = re.findall(r"^RESULT (?!\(even )(.*) (is true|is false|cannot be proved)\.$", output, re.M)
    names = claims(text)
    if len(results) != len(names):
        print("%d results for %d queries" % (len(results), len(names)))
        return 1
    false = variants(text).get(name, [])
    bad = 0
    for claim, (query, result) in zip(names, results):
        wrong = result == "is true" if claim in false + ["happens"] else result != "is true"
        if wrong:
            print("%s: %s %s" % (claim, query, result))
            bad = 1
    return bad


def main(arguments):
    with open(arguments[2], encoding="utf-8") as stream:
        text = stream.read()
    if arguments[1] == "check":
        return check(text, arguments[3:])
    if arguments[1] == "judge":
        return judge(text, arguments[3], sys.stdin.read())
    for name in [""] + sorted(variants(text)):
        with open("%s/%s.pv" % (arguments[3], name or "model"), "w", encoding="utf-8") as stream:
            stream.write(variant(text, name))
        print(name or "model")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
