# SPDX-License-Identifier: Apache-2.0
# The rules of docs/scale.md, read from the ledger's statements and its PostgreSQL schema: scale-rules.py FOLDER prints
# "RULE<TAB>what breaks it" for each breach. FOLDER has the files of src/ledger; CC expands the statements.
import glob
import os
import re
import subprocess
import sys

folder = sys.argv[1]


def statements():
    """Name and text of each statement, as PostgreSQL gets it."""
    found = {}
    for name in ("queries.def", *sorted(map(os.path.basename, glob.glob(folder + "/queries_*.def")))):
        with open(f"{folder}/{name}", encoding="utf-8") as file:
            text = "#define QUERY(name, ...) @@ name __VA_ARGS__\n" + file.read()
        text = subprocess.run([*os.environ.get("CC", "cc").split(), "-E", "-P", "-x", "c", "-I", folder, "-"],
                              input=text, text=True, capture_output=True, check=True).stdout
        for part in text.split("@@")[1:]:
            word = part.split(None, 1)[0]
            found[word] = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', part)).replace('\\"', '"')
    return found


def schema():
    files = sorted(glob.glob(folder + "/schema/postgres/*.sql"))
    return re.sub(r"--[^\n]*", "", "".join(open(file, encoding="utf-8").read() for file in files))


def sources():
    return {os.path.basename(path): open(path, encoding="utf-8").read() for path in glob.glob(folder + "/*.c")}


def without_texts(sql):
    return re.sub(r"'(?:[^']|'')*'", "''", sql)


def primary_keys(sql):
    """Table to the columns of its primary key."""
    keys = {}
    for table, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n?\)(?: WITH \([^)]*\))?;", sql, re.S):
        whole = re.search(r"^\s*PRIMARY KEY \(([^)]*)\)", body, re.M)
        one = re.search(r'^\s*"?(\w+)"? [\w ]*?PRIMARY KEY', body, re.M)
        keys[table] = [word.strip(' "') for word in whole.group(1).split(",")] if whole else [one.group(1)] if one else []
    return keys


def writes(body):
    return re.search(r"\b(INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b", body, re.I)


# What is written beside others and is not of one card: by loads alone, or, the last one, by payments once in ten minutes
# (tests/server/again.c).
SHARED = {"LIMIT_TAKE", "LIMIT_OWE", "ACCOUNT_MOVE", "TERMINAL_WINDOW_MOVE"}


def hot_rows(queries):
    """Statements that may run beside others, as payments do, and write what is not their card's."""
    with open(folder + "/queries_postgres_guards.def", encoding="utf-8") as file:
        guards = dict(re.findall(r"^GUARDED\((\w+), (\w+),", file.read(), re.M))
    if len(guards) < 20:
        sys.exit("what guards statements was not understood")
    for name, by in guards.items():
        own = by in ("GUARDED_BY_CARD", "GUARDED_BY_BOOKING", "GUARDED_BY_REFERENCE")
        shared = re.search(r"\b(UPDATE|INTO)\s+(merchant|terminal)\w*\b", queries[name], re.I)
        if name not in SHARED and (shared or (writes(queries[name]) and not own)):
            yield name


def judge(queries, sql, code):
    tables = set(re.findall(r"CREATE TABLE (\w+)", sql))
    keys = primary_keys(sql)
    if len(queries) < 50 or len(tables) < 10 or not any(keys.values()):
        sys.exit("statements or tables were not understood")
    for name, raw in queries.items():
        text = without_texts(raw)
        if re.search(r"\b(FROM|INTO|JOIN|UPDATE|TABLE)\s+\w+\.\w+", text, re.I) or "search_path" in text:
            yield "no-schema-named", name
        lock = re.search(r"\bFOR\s+(NO\s+KEY\s+UPDATE|UPDATE|KEY\s+SHARE|SHARE)\b", text, re.I)
        if lock and not re.search(r"\bORDER\s+BY\b", text[: lock.start()], re.I):
            yield "ordered-locks", name
        changed = re.search(r"\bUPDATE\s+(\w+)(?:\s+(?:AS\s+)?\w+)?\s+SET\s+(.*)", text, re.I)
        if changed:
            sets = re.split(r"\b(?:WHERE|FROM|RETURNING)\b", changed.group(2), maxsplit=1)[0]
            if set(re.findall(r"(\w+)\s*=", sets)) & set(keys.get(changed.group(1), [])):
                yield "keys-do-not-change", name
        if re.search(r"^\s*MERGE\b|\bTEMP(ORARY)?\s+TABLE\b|\b(LISTEN|NOTIFY)\s", text, re.I):
            yield "plain-statements", name
        if re.search(r"\bINSERT\b.*max\(\w*number\)", text, re.I):
            yield "no-maximum-plus-one", name
        if re.search(r"\bVALUES\s*\(.*\(\s*SELECT\b", text, re.I):
            yield "no-values-with-subquery", name
    for name in hot_rows(queries):
        yield "no-hot-row", name
    named = r"\b(?:TABLE|VIEW|FUNCTION|REFERENCES|INTO|FROM|JOIN|UPDATE)\s+(\w+\.\w+)"
    for name in re.findall(named, without_texts(sql)):
        yield "no-schema-named", name
    for head, body in re.findall(r"CREATE FUNCTION (\w+)\([^)]*\) RETURNS trigger.*?\$\$(.*?)\$\$", sql, re.S):
        if writes(without_texts(body)):
            yield "no-trigger-writes", head
        if re.search(r"max\(number\)", body):
            yield "no-maximum-plus-one", head
    for name, text in code.items():
        joined = re.sub(r'"\s*\n\s*"', "", text)
        if "force_generic_plan" in re.sub(r"""CASE WHEN EXISTS \([^"\n]*extname = 'citus'\) THEN 'auto' ELSE 'force_generic_plan' END""", "", joined):
            yield "no-forced-plan", name
        for said in re.findall(r'"([^"\n]*)"', re.sub(r'"\s*\n\s*"', "", text)):
            lock = re.search(r"\bFOR\s+(NO\s+KEY\s+UPDATE|UPDATE|KEY\s+SHARE|SHARE)\b", said)
            if lock and not re.search(r"\bORDER\s+BY\b", said[: lock.start()]):
                yield "ordered-locks", name
        if re.search(r"ISOLATION LEVEL SERIALIZABLE", text):
            yield "read-committed", name


for rule, what in sorted(set(judge(statements(), schema(), sources()))):
    print(rule, what, sep="\t")
