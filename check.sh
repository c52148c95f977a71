#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and tests: gcc with the system tests, clang with sanitizers, distcheck, format, structure. Installs what is missing.
# Last line: "N passed, N failed".
#
#   ./check.sh          what every change is held against
#   ./check.sh --full   everything: all of that with nothing left out, long fuzzing, all faults, the large ledgers, coverage.
#                       Hours. docs/testing.md says what stands where.
set -u
cd "$(dirname "$0")" || exit 70
here=$PWD
full=
case "$#:${1-}" in
0:) ;;
1:--full) full=yes ;;
*) echo "usage: check.sh [--full]" >&2; exit 64 ;;
esac
./setup.sh --tests || exit $?
# A python3 that stands for another (pyenv's does) looks up at each start for which, 0.1 s of processor: the other goes first.
python=$(python3 -c 'import sys; print(sys.executable)') && PATH=$(dirname "$python"):$PATH
begun=$(mktemp)
counted=$(mktemp)
lane=
trap 'rm -f "$begun" "$counted"; [ -z "$lane" ] || kill -- "-$lane" 2>/dev/null' EXIT

passed=0
failed=0
# Both lanes tell what they found, each thing in one piece.
in_one_piece() {
  flock "$counted" cat
}

one() { # NAME COMMAND...: one thing that passes or fails; its output is shown when it fails
  local name=$1 log start=$SECONDS
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok   $name ($((SECONDS - start)) s)" | in_one_piece
  else
    failed=$((failed + 1))
    {
      echo "FAIL $name ($((SECONDS - start)) s)"
      tail -n 60 "$log" | sed 's/^/     /'
    } | in_one_piece
  fi
  rm -f "$log"
}

# A second lane beside the first, since a build has its idle end and most tests wait for something; neither writes where the other
# does. It has a process group of its own: what bash starts in the background otherwise ignores SIGINT, and so would all its tests.
# Such a group is stopped when it reads from the terminal, so it has nothing to read. It counts its own points only.
lane_begin() { # COMMAND
  set -m
  {
    passed=0
    failed=0
    "$1"
    echo "$passed $failed" >"$counted"
  } </dev/null &
  lane=$!
  set +m
}
lane_end() { # its points join those of the first; a lane that did not come to its end is a failure
  local pass=0 fail=1
  wait "$lane"
  lane=
  read -r pass fail <"$counted" || echo "FAIL the second lane: it did not come to its end"
  passed=$((passed + ${pass:-0}))
  failed=$((failed + ${fail:-1}))
}

# What tests wait for is not all theirs: three times as many at once as there are processors. Beside them, where most of it only
# computes, one for each processor.
at_once=-j$((3 * $(nproc)))
beside_them=-j$(nproc)
# Those that take longest begin first, so that none of them runs on by itself at the end.
longest='postgres|torture|proverif|check_(flow|server|wire|lossy)|zvt|json|pending|page|till-day'

# What a test's log says of its failures: the first ones whole, since others may follow from them.
reasons() { # LOG
  awk '/^(not ok|Bail out)/ { shown = 25 } /^ok / { shown = 0 } /^(PASS|FAIL|SKIP|XFAIL):/ { next } shown-- > 0' "$1" | head -n 80
  grep -E '^ERROR:|^[0-9]+%: Checks' "$1"
}

failures() { # FOLDER: what its `make check` says of them
  local each
  grep -E '^(ERROR|.*error:)' "$1/check.log" | tail -n 20
  grep -lE '^not ok|^Bail out' "$1"/tests/*/*.log 2>/dev/null | while read -r each; do
    echo "---- $each"
    reasons "$each"
  done
}

# A build folder's `make check`: each of its test points counts. What an earlier run of this script left there is none of this one's.
suite() { # NAME FOLDER MAKE-ARGUMENT...
  local name=$1 folder=$2 log start=$SECONDS
  shift 2
  log=$folder/check.log
  find "$folder/tests" \( -name '*.log' -o -name '*.trs' \) ! -newer "$begun" -delete
  (cd "$folder" && make -k "$@" check) >"$log" 2>&1
  local code=$? pass fail
  pass=$(sed -n 's/^# PASS: *//p' "$log" | tail -n 1)
  fail=$(sed -n 's/^# FAIL: *//p; s/^# ERROR: *//p; s/^# XPASS: *//p' "$log" | awk '{ n += $1 } END { print n + 0 }')
  [ "$code" -eq 0 ] || [ "$fail" -gt 0 ] || fail=1 # it did not build
  [ -n "$pass" ] && [ "$pass" -gt 0 ] || fail=$((fail + 1))
  passed=$((passed + ${pass:-0}))
  failed=$((failed + fail))
  {
    echo "$([ "$fail" -eq 0 ] && echo "ok  " || echo FAIL) $name: ${pass:-0} passed, $fail failed$(sed -n 's/^# SKIP: *\([1-9].*\)/, \1 skipped/p' "$log" | tail -n 1) ($((SECONDS - start)) s)"
    [ "$fail" -eq 0 ] || failures "$folder"
  } | in_one_piece
}

configured() { # FOLDER CONFIGURE-ARGUMENT...
  local folder=$1
  shift
  mkdir -p "$folder" && (cd "$folder" && ../configure --quiet --enable-werror "$@")
}
on_one_line() { # tests, one on each line: the longest first
  awk -v longest="$longest" '$0 ~ longest { print; next } { rest = rest $0 "\n" } END { printf "%s", rest }' | tr '\n' ' '
}
tests_but() { # FOLDER PATTERN: its tests without those that match
  make -s -C "$1" list-tests | grep -vE "$2" | on_one_line
}
tests_of() { # FOLDER PATTERN: those that match
  make -s -C "$1" list-tests | grep -E "$2" | on_one_line
}
programs() { # TEST...: those that are made, without the ".test" that are there
  printf '%s\n' "$@" | grep -v '\.test$' | tr '\n' ' '
}
smoke_tests() { # FOLDER
  make -s -C "$1" list-smoke-tests | tr '\n' ' '
}
in_folder() { # FOLDER COMMAND...
  local folder=$1
  shift
  (cd "$folder" && "$@")
}

slowest() { # of the tests that ran now: tests/timed-driver notes their seconds
  find build-check build-sanitizers -name '*.trs' -newer "$begun" -exec grep -H '^:seconds:' {} + 2>/dev/null |
    sed -E 's|^(.*)\.trs::seconds: ([0-9]+)$|\2 \1|' | sort -rn | head -n 10 | awk '{ printf "  %4d s  %s\n", $1, $2 }'
}

# The quick run leaves out here what no row of docs/requirements.md rests on and takes long: large ledgers, valgrind, bench.
beside='check_stress|settlement_size|valgrind|bench|applet/scripts'
# Under sanitizers the C programs that read what others send; in the full run all that does not preload a library or valgrind
# and does not take too long there: the wire under attack, the five years of the seed's cases, the large ledgers.
# Each operation of the torture is counted through undisturbed before its first fault, which costs most of it here: the full run has it.
# check_flow goes one of its two ways where it is torn at every write.
# Leaks are looked for at the end of a process: those that go through their tests in one do it in the quick run too. Those
# with a process for each test would spend half of their time on it.
in_one='tests/(card|cmd|config|crypto|fuzz|globalplatform|keys|message|print|protocol|register|vcard|zvt)/check_'
in_many='tests/(server|terminal|till)/check_|check_(ledger|flow|session)$'
unsanitized='check_wire|seed-cases|check_stress|settlement_size|check_lossy|valgrind|bench|failover'
# Not from the tarball and not for the coverage, in the full run: what has run by then and takes long.
long='applet|check_wire|check_flow|check_attack|check_audit|check_fuzz|check_lossy|check_stress|settlement_size|torture|kill-rounds|many-payments|postgres|failover|secrets|door|batch|backup|bench|seed-cases|model|valgrind'

# The quick run compiles the tests' own sources, which are as long as the product's, without optimization, since that takes more of
# the processor than their running gains. What they test is built by then, and is optimized.
plain=CFLAGS=-O0

# Of the programs it builds with sanitizers those alone that sanitized tests start. Clang sees all of them where the tarball is built,
# and warns there of whatever it finds.
started=(PROGRAMS='epurse-admin epurse-tender epursed' MANS= DATA=)
[ -z "$full" ] || started=()

with_gcc() {
  one "gcc: configure" configured build-check CC=gcc CFLAGS=-O2
  one "gcc: build, warnings are errors" in_folder build-check make -j"$(nproc)" all
  if [ -n "$full" ]; then
    suite "gcc" build-check "$at_once" ATTACK_SHARE=1 CHECK_FULL=1
  else
    suite "gcc" build-check "$at_once" SYSTEM_ROUNDS=100 FUZZ_SHARE=27 TORTURE_STRIDE=71 TORTURE_ROUNDS=20 ATTACK_SHARE=20 POSTGRES_QUICK=1 \
      APPLET_TORTURE_STRIDE=230 APPLET_TORTURE_ROUNDS=6 "$plain" TESTS="$(tests_but build-check "$beside")"
  fi
  one "conformance: every requirement and every claim has tests that pass" tests/conformance build-check
}

with_sanitizers() {
  local tests
  if [ -n "$full" ]; then
    suite "clang with sanitizers" build-sanitizers "$beside_them" SYSTEM_ROUNDS=20 TORTURE_STRIDE=20 TORTURE_ROUNDS=30 KILL_ROUNDS=3 \
      TESTS="$(tests_but build-sanitizers "$unsanitized")"
    return
  fi
  tests=$(tests_of build-sanitizers "$in_many")
  # shellcheck disable=SC2086 # one test each
  suite "clang with sanitizers" build-sanitizers "$beside_them" "${started[@]}" "$plain -gline-tables-only" ASAN_OPTIONS=detect_leaks=0 \
    FLOW_WAYS=1 TESTS="$tests" check_PROGRAMS="$(programs $tests)" check_DATA=
  tests=$(tests_of build-sanitizers "$in_one")
  # shellcheck disable=SC2086
  suite "clang with sanitizers, leaks" build-sanitizers "$beside_them" "${started[@]}" "$plain -gline-tables-only" CK_FORK=no FUZZ_SHARE=9 TESTS="$tests" \
    check_PROGRAMS="$(programs $tests)" check_DATA=
}

# From gcc's folder, in which nothing else goes on by then: the other lane is the longer one.
the_tarball() {
  local short made=
  if [ -n "$full" ]; then
    short=$(tests_but build-check "$long")
  else
    short=$(smoke_tests build-check)
    # shellcheck disable=SC2086
    made="check_PROGRAMS='$(programs $short)' check_DATA="
  fi
  [ -n "${short// /}" ] || { one "make distcheck: there are tests for the tarball" false; return; }
  one "make distcheck" in_folder build-check make -j"$(nproc)" distcheck DISTCHECK_CONFIGURE_FLAGS="--enable-werror CC=clang CFLAGS=-O0" \
    AM_MAKEFLAGS="TESTS='$short' $made" XZ_OPT=-1
}

all_else() {
  one "clang-format" bash -c 'git ls-files "*.c" "*.h" | xargs clang-format --dry-run --Werror'
  one "shellcheck" bash -c 'git grep -lIE "^#!/(usr/bin/env bash|bin/(ba)?sh)" | xargs shellcheck --severity=warning --exclude=SC1091,SC2034,SC2120,SC2154'
  one "clang with sanitizers: configure" configured build-sanitizers CC=clang --enable-sanitizers CFLAGS='-O1 -gline-tables-only'
  one "clang with sanitizers: build, warnings are errors" in_folder build-sanitizers make -j"$(nproc)" "${started[@]}" all
  with_sanitizers
}

one "autogen" ./autogen.sh
lane_begin all_else
with_gcc
the_tarball
lane_end
if [ -n "$full" ]; then
  one "fuzz: configure" configured build-fuzz CC=clang --enable-fuzz CFLAGS='-O1 -g'
  one "fuzz: a minute each" in_folder build-fuzz make -j"$(nproc)" fuzz FUZZ_SECONDS=60
  one "torture: every fault, every way" in_folder build-check make torture
  one "stress: a million transactions" in_folder build-check make stress
  one "settlement: a million captures" in_folder build-check make settlement-size
  one "lossy disk: every event" in_folder build-check make lossy-disk
  one "applet and card core: 200,000 commands, the flows, T=0" in_folder build-check make differential
  one "bench" in_folder build-check make bench
  one "coverage: configure" configured build-coverage CC=gcc --enable-coverage CFLAGS='-O0 -g'
  suite "coverage" build-coverage "$beside_them" TESTS="$(tests_but build-coverage "$long")"
  echo "coverage: $(cd build-coverage && gcovr --root "$here" --object-directory . --filter "$here/src/" --exclude-throw-branches 2>/dev/null |
    awk '/^TOTAL/ { print $4 " of " $2 " lines" }')"
fi
echo "the slowest tests:"
slowest
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
