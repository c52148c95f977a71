#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small prover for the models in formal/proverif, where ProVerif is not at hand: prover.py MODEL prints a RESULT for each query.

Its method is ProVerif's, and so is the direction in which it errs: a process becomes Horn clauses ("whoever has these can have that"),
which are resolved with each other until no new one comes; a claim is true when every clause that ends in its event has what the claim
asks for among its conditions. "is true" holds for any number of sessions and any attacker of the model; "cannot be proved" means that
there is an attack, or that the clauses are too coarse. What ProVerif does and this does not: types; inj-event (taken as event); traces.

A term is a number, which is a variable, or a tuple (symbol, term...). A fact is a term: ("attacker", t), ("table:X", t...), the event
X that happens, ("event:X", t...), or that has happened as a condition, ("after:X", t...), and ("precise:PLACE", session, t): what one
input of one session was; it was one thing. A clause is (conditions, conclusion, differences), a difference (t, pattern, free): t is no
instance of the pattern, whatever the variables in free are."""
import gc
import heapq
import itertools
import sys

import proverif

numbers = itertools.count(1)
ANY = "attacker"


def variable():
    return next(numbers)


def value(term, bound):
    while isinstance(term, int) and term in bound:
        term = bound[term]
    return term


def occurs(name, term, bound):
    term = value(term, bound)
    return term == name if isinstance(term, int) else any(occurs(name, part, bound) for part in term[1:])


def unify(one, other, bound):
    """True where the two can be equal; bound is then what makes them so."""
    one, other = value(one, bound), value(other, bound)
    if one == other:
        return True
    if isinstance(other, int):
        one, other = other, one
    if isinstance(one, int):
        if occurs(one, other, bound):
            return False
        bound[one] = other
        return True
    return one[0] == other[0] and len(one) == len(other) and all(unify(a, b, bound) for a, b in zip(one[1:], other[1:]))


def apply(term, bound):
    term = value(term, bound)
    return term if isinstance(term, int) else (term[0],) + tuple(apply(part, bound) for part in term[1:])


def match(pattern, term, bound, free=None):
    """True where the term is an instance of the pattern; of its variables only those in free may be bound, or all."""
    if isinstance(pattern, int) and (free is None or pattern in free):
        return bound.setdefault(pattern, term) == term
    if isinstance(pattern, int) or isinstance(term, int):
        return pattern == term
    if pattern[0] != term[0] or len(pattern) != len(term):
        return False
    for a, b in zip(pattern[1:], term[1:]):
        if not match(a, b, bound, free):
            return False
    return True


def variables(term, found):
    if isinstance(term, int):
        found.add(term)
    else:
        for part in term[1:]:
            variables(part, found)
    return found


def symbols(term, found):
    if not isinstance(term, int):
        found.add(term[0])
        for part in term[1:]:
            symbols(part, found)
    return found


def size(term):
    return 1 if isinstance(term, int) else 1 + sum(size(part) for part in term[1:])


def is_tuple(term):
    return not isinstance(term, int) and term[0].startswith("tuple")


# -- clauses

def substitute(clause, bound):
    conditions, conclusion, differences = clause
    return ([apply(fact, bound) for fact in conditions], apply(conclusion, bound),
            [(apply(term, bound), apply(pattern, bound), free) for term, pattern, free in differences])


def one_input(clause):
    """The clause where each input of a session was one thing; None where it cannot have been."""
    known, bound = {}, {}
    for fact in clause[0]:
        if fact[0].startswith("precise:"):
            if not unify(known.setdefault(fact[:2], fact[2]), fact[2], bound):
                return None
            if bound:
                return one_input(substitute(clause, bound))
    return clause


def useful(facts, conclusion, differences):
    """Without the conditions that anybody can meet: to have something, no matter what."""
    count = {}
    for term in facts + [conclusion] + [side for difference in differences for side in difference[:2]]:
        for name in variables(term, set()):
            count[name] = count.get(name, 0) + 1
    return [fact for fact in facts if not (fact[0] == ANY and isinstance(fact[1], int) and count[fact[1]] == 1)]


def simplify(clause):
    """The clauses that say the same, with tuples taken apart; none where it says nothing."""
    clause = one_input(clause)
    if clause is None:
        return []
    conditions, conclusion, differences = clause
    facts, open_facts = [], list(conditions)
    while open_facts:
        fact = open_facts.pop(0)
        if fact[0] == ANY and is_tuple(fact[1]):
            open_facts = [(ANY, part) for part in fact[1][1:]] + open_facts
        elif fact not in facts:
            facts.append(fact)
    if any(match(pattern, term, {}, free) for term, pattern, free in differences):
        return []
    differences = [one for one in differences if unify(one[0], one[1], {})]
    if conclusion[0] == ANY and is_tuple(conclusion[1]):
        return [one for part in conclusion[1][1:] for one in simplify((facts, (ANY, part), differences))]
    if conclusion in facts:
        return []
    return [(tuple(useful(facts, conclusion, differences)), conclusion, tuple(differences))]


def selected(clause):
    """The number of the condition that is resolved; None where there is none left."""
    for number, fact in enumerate(clause[0]):
        if fact[0].startswith("table:") or fact[0] == ANY and not isinstance(fact[1], int):
            return number
    return None


def renamed(clause):
    names = {}

    def rename(term):
        if isinstance(term, int):
            if term not in names:
                names[term] = variable()
            return names[term]
        return (term[0],) + tuple(rename(part) for part in term[1:])
    return (tuple(rename(fact) for fact in clause[0]), rename(clause[1]),
            tuple((rename(term), rename(pattern), frozenset(rename(name) for name in free)) for term, pattern, free in clause[2]))


def numbered(clause):
    """The same for clauses that differ in the numbers of their variables alone."""
    names = {}

    def number(term):
        if isinstance(term, int):
            return names.setdefault(term, len(names))
        return (term[0],) + tuple(map(number, term[1:]))
    return (number(clause[1]), tuple(map(number, clause[0])),
            tuple((number(term), number(pattern), tuple(sorted(map(number, free)))) for term, pattern, free in clause[2]))


def subsumes(general, special):
    """True where the special clause says nothing that the general one does not."""
    bound = {}
    if len(general[0]) > len(special[0]) or not match(general[1], special[1], bound):
        return False
    order = sorted(general[0], key=lambda fact: fact[0] == ANY and isinstance(fact[1], int))

    def differs(difference, bound):
        return any(match(difference[0], term, trial) and match(difference[1], pattern, trial) and
                   all(trial.get(name, name) in free for name in difference[2])
                   for term, pattern, free in special[2] for trial in [dict(bound)])

    def from_here(number, bound):
        if number == len(order):
            return all(differs(difference, bound) for difference in general[2])
        wanted, head = order[number], Kept.head(order[number])
        for fact in special[0]:
            if fact[0] == wanted[0] and head in (None, Kept.head(fact)):
                trial = dict(bound)
                if match(wanted, fact, trial) and from_here(number + 1, trial):
                    return True
        return False
    return from_here(0, bound)


class Entry:
    """A clause that was kept, until another says more."""

    def __init__(self, clause):
        self.clause, self.alive, self.selected = clause, True, selected(clause)
        self.symbols = frozenset().union(*(symbols(fact, set()) for fact in clause[0] + (clause[1],)))


class Kept:
    """Entries by a fact of theirs."""

    def __init__(self):
        self.rows = {} # by the fact's symbol, then by its first term's, None where that is a variable

    @staticmethod
    def head(fact):
        return None if len(fact) < 2 or isinstance(fact[1], int) else fact[1][0]

    def add(self, fact, entry):
        self.rows.setdefault(fact[0], {}).setdefault(self.head(fact), []).append(entry)

    def like(self, fact):
        """Those whose fact may be this one."""
        row = self.rows.get(fact[0], {})
        head = self.head(fact)
        if head is None:
            return itertools.chain.from_iterable(list(row.values()))
        return itertools.chain(row.get(head, ()), row.get(None, ()))

    def all(self):
        return (entry for row in self.rows.values() for entries in row.values() for entry in entries)


def may_be(one, other):
    """False where two terms cannot be equal, at a glance: what their variables stand for is not looked at."""
    if isinstance(one, int) or isinstance(other, int):
        return True
    if one[0] != other[0] or len(one) != len(other):
        return False
    for a, b in zip(one[1:], other[1:]):
        if not may_be(a, b):
            return False
    return True


def resolved(clause, number, other):
    """The clauses in which the other one's conclusion has met the condition of that number."""
    if not may_be(clause[0][number], other[1]):
        return []
    (conditions, conclusion, differences), bound = renamed(other), {}
    if not unify(clause[0][number], conclusion, bound):
        return []
    facts = clause[0][:number] + conditions + clause[0][number + 1:]
    return simplify(substitute((facts, clause[1], clause[2] + differences), bound))


def saturate(clauses, solved=()):
    """All clauses without a selected condition that follow. Solved ones come from an earlier saturation."""
    kept, waiting, order, seen = Kept(), [], itertools.count(), set()
    selecting, solving = Kept(), Kept() # those that have a selected condition, by it; those that have none, by their conclusion

    def push(new):
        for clause in new:
            shape = numbered(clause)
            if shape in seen:
                continue
            seen.add(shape)
            heapq.heappush(waiting, (size(clause[1]) + sum(size(fact) for fact in clause[0]), next(order), clause))
    for clause in solved:
        solving.add(clause[1], Entry(clause))
    push(clauses)
    while waiting:
        entry = Entry(heapq.heappop(waiting)[2])
        conclusion = entry.clause[1]
        if any(old.alive and old.symbols <= entry.symbols and subsumes(old.clause, entry.clause) for old in kept.like(conclusion)):
            continue
        for old in kept.like(conclusion):
            if old.alive and entry.symbols <= old.symbols and subsumes(entry.clause, old.clause):
                old.alive = False
        kept.add(conclusion, entry)
        if entry.selected is None:
            solving.add(conclusion, entry)
            for other in list(selecting.like(conclusion)):
                if other.alive:
                    push(resolved(other.clause, other.selected, entry.clause))
        else:
            fact = entry.clause[0][entry.selected]
            selecting.add(fact, entry)
            for other in list(solving.like(fact)):
                if other.alive:
                    push(resolved(entry.clause, entry.selected, other.clause))
    return [entry.clause for entry in kept.all() if entry.alive and entry.selected is None]


# -- from a model to clauses

class State:
    """Where a process is: its names, what had to be for it to come here, its inputs and its sessions."""

    def __init__(self, names, conditions=(), differences=(), inputs=(), sessions=()):
        self.names, self.conditions, self.differences = dict(names), list(conditions), list(differences)
        self.inputs, self.sessions = tuple(inputs), tuple(sessions)

    def copy(self, bound):
        conditions, inputs, differences = substitute((self.conditions, ("inputs",) + self.inputs, self.differences), bound)
        return State({name: apply(term, bound) for name, term in self.names.items()}, conditions, differences, inputs[1:], self.sessions)


class Translation:
    """The clauses of a model."""

    def __init__(self, text):
        self.model = proverif.Parser(text).model()
        self.precise = "preciseActions = true" in text
        self.clauses, self.calls, self.places = [], (), {}
        for name in self.model.free:
            if name not in self.model.private:
                self.add([], (ANY, (name,)))
        self.add([], (ANY, ("own",)))
        destructors = {rule[0] for rule in self.model.rules}
        for name, (takes, _) in self.model.functions.items():
            if name not in destructors and name not in self.model.private:
                parts = [variable() for _ in takes]
                self.add([(ANY, part) for part in parts], (ANY, (name,) + tuple(parts)))
        for rule in self.model.rules:
            takes, gives = self.rule(rule)
            self.add([(ANY, part) for part in takes], (ANY, gives))
        self.walk(self.model.main, State({}))

    def add(self, conditions, conclusion, differences=()):
        self.clauses += simplify((list(conditions), conclusion, list(differences)))

    def place(self, node):
        return "%d" % self.places.setdefault((id(node), self.calls), len(self.places))

    def rule(self, rule):
        names = {}
        return [self.open_term(term, names) for term in rule[1]], self.open_term(rule[2], names)

    def open_term(self, term, names):
        """A term of a rule or a query: its variables are the solver's."""
        if term[0] == "var":
            if term[1] not in names:
                names[term[1]] = variable()
            return names[term[1]]
        parts = term[1] if term[0] == "tuple" else term[2]
        symbol = "tuple%d" % len(parts) if term[0] == "tuple" else term[1]
        return (symbol,) + tuple(self.open_term(part, names) for part in parts)

    def term(self, term, state, equal=None):
        """A term of a process. What a destructor in it asks for is added to equal."""
        if term[0] == "var":
            return state.names[term[1]]
        parts = tuple(self.term(part, state, equal) for part in (term[1] if term[0] == "tuple" else term[2]))
        if term[0] == "tuple":
            return ("tuple%d" % len(parts),) + parts
        for rule in self.model.rules:
            if rule[0] == term[1]:
                takes, gives = self.rule(rule)
                equal += zip(parts, takes)
                return gives
        return (term[1],) + parts

    def pattern(self, pattern, state, equal):
        if pattern[0] == "bind":
            state.names[pattern[1]] = variable()
            return state.names[pattern[1]]
        if pattern[0] == "equal":
            return self.term(pattern[1], state, equal)
        return ("tuple%d" % len(pattern[1]),) + tuple(self.pattern(part, state, equal) for part in pattern[1])

    def walk(self, node, state):
        getattr(self, "walk_" + node[0])(node, state)

    def walk_nil(self, node, state):
        pass

    def walk_par(self, node, state):
        for part in node[1]:
            self.walk(part, state.copy({}))

    def walk_repeat(self, node, state):
        state.sessions += (variable(),)
        self.walk(node[1], state)

    def walk_run(self, node, state):
        takes, body = self.model.macros[node[1]]
        state.names = dict(zip(takes, [self.term(term, state) for term in node[2]]))
        before, self.calls = self.calls, self.calls + (id(node),)
        self.walk(body, state)
        self.calls = before

    def walk_new(self, node, state):
        state.names[node[1]] = ("new %s %s" % (node[1], self.place(node)),) + state.inputs + state.sessions
        self.walk(node[2], state)

    def walk_out(self, node, state):
        self.add(state.conditions, (ANY, self.term(node[1], state)), state.differences)
        self.walk(node[2], state)

    def walk_insert(self, node, state):
        self.add(state.conditions, ("table:" + node[1],) + tuple(self.term(term, state) for term in node[2]), state.differences)
        self.walk(node[3], state)

    def walk_event(self, node, state):
        terms = tuple(self.term(term, state) for term in node[2])
        self.add(state.conditions, ("event:" + node[1],) + terms, state.differences)
        state.conditions.append(("after:" + node[1],) + terms)
        self.walk(node[3], state)

    def walk_in(self, node, state):
        came = self.pattern(node[1], state, None)
        state.inputs += (came,)
        state.conditions.append((ANY, came))
        if self.precise:
            state.conditions.append(("precise:" + self.place(node), ("sessions",) + state.sessions, came))
        self.walk(node[2], state)

    def walk_get(self, node, state):
        parts = tuple(self.pattern(part, state, None) for part in node[2])
        state.inputs += parts
        state.conditions.append(("table:" + node[1],) + parts)
        self.walk(node[3], state)

    def walk_if(self, node, state):
        how, left, right = node[1]
        left, right, bound = self.term(left, state), self.term(right, state), {}
        same, other = (node[2], node[3]) if how == "=" else (node[3], node[2])
        if unify(left, right, bound):
            self.walk(same, state.copy(bound))
        state.differences.append((left, right, frozenset()))
        self.walk(other, state.copy({}))

    def walk_let(self, node, state):
        inner, equal, bound = state.copy({}), [], {}
        old = set(state.sessions)
        for term in list(state.names.values()) + list(state.inputs) + state.conditions:
            variables(term, old)
        term = self.term(node[2], state, equal)
        equal.append((term, self.pattern(node[1], inner, equal)))
        left, right = (("all",) + tuple(side) for side in zip(*equal))
        if unify(left, right, bound):
            self.walk(node[3], inner.copy(bound))
        self.fails(state, left, right, old)
        self.walk(node[4], state)

    @staticmethod
    def fails(state, left, right, old):
        """What is known in the else of a let: that no choice of the new variables makes both sides equal."""
        free, bound = frozenset((variables(left, set()) | variables(right, set())) - old), {}
        if len(left) > 2: # what the destructor gives must fit the pattern; then what it took must be an instance
            if not unify(left[-1], right[-1], bound) or not all(name in free for name in bound):
                return
            left, right = left[:-1], apply(right[:-1], bound)
        state.differences.append((left, right, free))


# -- queries

def query(translation, solved, left, right):
    """True where the query is proved."""
    names = {}

    def fact(of, kind):
        if of[0] == "attacker":
            return (ANY, translation.open_term(of[1], names))
        return (kind + of[1],) + tuple(translation.open_term(term, names) for term in of[2])
    asked = [fact(of, "event:") for of in left]
    if asked[0][0] == ANY:
        return not any(clause[1] == ("goal",) for clause in saturate([((asked[0],), ("goal",), ())], solved))
    goals = [goal for ways in itertools.product(*([clause for clause in solved if clause[1][0] == one[0]] for one in asked))
             for goal in together(asked, [renamed(way) for way in ways])]
    if len(asked) > 1:
        goals = [clause for clause in saturate(goals, solved) if clause[1][0] == "goal"]
    return all(any(follows(goal, asked, of, fact) for of in right or []) for goal in goals)


def together(asked, ways):
    """The clause in which all that was asked has happened. What came before the last of them is noted as such."""
    bound = {}
    if not all(unify(one, way[1], bound) for one, way in zip(asked, ways)):
        return []
    facts = [one for way in ways for one in way[0]]
    if len(ways) > 1:
        facts += [("earlier:" + one[0][6:],) + one[1:] for one in ways[-1][0] if one[0].startswith("after:")]
    return simplify(substitute((facts, ("goal",) + tuple(asked), [one for way in ways for one in way[2]]), bound))


def follows(goal, asked, of, fact):
    if of[0] == "false":
        return False
    if of[0] == "before":
        return ("earlier:" + goal[1][1][0][6:],) + goal[1][1][1:] in goal[0]
    wanted, bound = fact(of, "after:"), {}
    for one, happened in zip(asked, goal[1][1:]):
        match(one, happened, bound)
    return any(match(wanted, one, dict(bound)) for one in goal[0])


def main(arguments):
    sys.setrecursionlimit(10000)
    with open(arguments[1], encoding="utf-8") as stream:
        translation = Translation(stream.read())
    solved = saturate(translation.clauses)
    for left, right in translation.model.queries:
        found = query(translation, solved, left, right)
        print("RESULT %s %s." % (" && ".join(of[1] if of[0] != "attacker" else "attacker" for of in left),
                                 "is true" if found else "cannot be proved"))
    return 0


if __name__ == "__main__":
    gc.disable()  # terms refer to no circle: looking for some takes a sixth of the time
    sys.exit(main(sys.argv))
