#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and tests everything: gcc with all system tests, clang with sanitizers, distcheck, format, structure.
# Installs what is missing. Last line: "N passed, N failed".
#
#   CHECK_QUICK=1   the gcc build and its tests alone
set -u
cd "$(dirname "$0")" || exit 70
here=$PWD
./setup.sh --tests || exit $?

passed=0
failed=0
one() { # NAME COMMAND...: one thing that passes or fails; its output is shown when it fails
  local name=$1 log
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok   $name"
  else
    failed=$((failed + 1))
    echo "FAIL $name"
    tail -n 60 "$log" | sed 's/^/     /'
  fi
  rm -f "$log"
}

# A build folder's `make check`: each of its test points counts.
suite() { # NAME FOLDER MAKE-ARGUMENT...
  local name=$1 folder=$2 log
  shift 2
  log=$folder/check.log
  (cd "$folder" && make -k "$@" check) >"$log" 2>&1
  local code=$? pass fail
  pass=$(sed -n 's/^# PASS: *//p' "$log" | tail -n 1)
  fail=$(sed -n 's/^# FAIL: *//p; s/^# ERROR: *//p; s/^# XPASS: *//p' "$log" | awk '{ n += $1 } END { print n + 0 }')
  [ "$code" -eq 0 ] || [ "$fail" -gt 0 ] || fail=1 # it did not build
  [ -n "$pass" ] && [ "$pass" -gt 0 ] || fail=$((fail + 1))
  passed=$((passed + ${pass:-0}))
  failed=$((failed + fail))
  echo "$([ "$fail" -eq 0 ] && echo "ok  " || echo FAIL) $name: ${pass:-0} passed, $fail failed$(sed -n 's/^# SKIP: *\([1-9].*\)/, \1 skipped/p' "$log" | tail -n 1)"
  [ "$fail" -eq 0 ] && return
  grep -E '^(not ok|FAIL|ERROR)|error:|^# ' "$log" | tail -n 60
  grep -lE '^not ok|^Bail out' "$folder"/tests/*/*.log 2>/dev/null | while read -r each; do
    echo "---- $each"
    grep -vE '^ok ' "$each" | tail -n 60
  done
}

configured() { # FOLDER CONFIGURE-ARGUMENT...
  local folder=$1
  shift
  mkdir -p "$folder" && (cd "$folder" && ../configure --quiet --enable-werror "$@")
}
tests_but() { # FOLDER PATTERN: its tests without those that match, on one line
  make -s -C "$1" list-tests | grep -vE "$2" | tr '\n' ' '
}
in_folder() { # FOLDER COMMAND...
  local folder=$1
  shift
  (cd "$folder" && "$@")
}

one "autogen" ./autogen.sh
one "gcc: configure" configured build-check CC=gcc
one "gcc: build, warnings are errors" in_folder build-check make -j"$(nproc)" all
suite "gcc" build-check -j"$(nproc)"
one "conformance: every requirement and every claim has tests that pass" tests/conformance build-check
if [ -z "${CHECK_QUICK-}" ]; then
  one "clang with sanitizers: configure" configured build-sanitizers CC=clang --enable-sanitizers CFLAGS='-O1 -g'
  one "clang with sanitizers: build, warnings are errors" in_folder build-sanitizers make -j"$(nproc)" all
  # Not under sanitizers: what takes too long there (the wire under attack, the five years of the seed's cases, the large
  # ledgers), and what preloads a library or valgrind.
  suite "clang with sanitizers" build-sanitizers -j"$(nproc)" SYSTEM_ROUNDS=20 TORTURE_STRIDE=60 TORTURE_ROUNDS=30 KILL_ROUNDS=3 \
    TESTS="$(tests_but build-sanitizers 'check_wire|seed-cases|check_stress|settlement_size|check_lossy|valgrind|bench')"
  one "fuzz: configure" configured build-fuzz CC=clang --enable-fuzz CFLAGS='-O1 -g'
  one "fuzz: a few seconds each" in_folder build-fuzz make -j"$(nproc)" fuzz FUZZ_SECONDS=3
  one "clang-format" bash -c 'git ls-files "*.c" "*.h" | xargs clang-format --dry-run --Werror'
  one "shellcheck" bash -c 'git grep -lIE "^#!/(usr/bin/env bash|bin/(ba)?sh)" | xargs shellcheck --severity=warning --exclude=SC1091,SC2034,SC2120,SC2154'
  # The long tests have run twice by now; from here on the others.
  short=$(tests_but build-check 'check_wire|check_flow|check_attack|check_audit|check_fuzz|check_lossy|check_stress|settlement_size|torture|kill-rounds|many-payments|postgres|secrets|door|batch|backup|bench|seed-cases|model|valgrind')
  one "make distcheck" in_folder build-check make -j"$(nproc)" distcheck DISTCHECK_CONFIGURE_FLAGS=--enable-werror AM_MAKEFLAGS="TESTS='$short'"
  one "coverage: configure" configured build-coverage CC=gcc --enable-coverage CFLAGS='-O0 -g'
  (cd build-coverage && make -k -j"$(nproc)" check TESTS="$short" >check.log 2>&1)
  echo "coverage: $(cd build-coverage && gcovr --root "$here" --object-directory . --filter "$here/src/" --exclude-throw-branches 2>/dev/null |
    awk '/^TOTAL/ { print $4 " of " $2 " lines" }')"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
