#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every libFuzzer program in this folder, two at a time: run.sh SECONDS [NAME...]. Seeds are written to a temporary
# folder; with FUZZ_CORPUS=FOLDER the corpora are kept there and grow from run to run. One line per target; a crash fails
# the run and leaves its input in fuzz-findings/.
set -u
seconds=${1:?usage: run.sh SECONDS [NAME...]}
shift
findings=$PWD/fuzz-findings
work=$(mktemp -d)
trap 'if [ "$BASHPID" = $$ ]; then rm -rf "$work"; fi' EXIT
corpora=${FUZZ_CORPUS:-$work/corpora}
mkdir -p "$corpora" "$work/seeds"
names=$(./write_seeds "$work/seeds") || exit 70
[ $# -eq 0 ] || names=$*

export ASAN_OPTIONS=${ASAN_OPTIONS-detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS-print_stacktrace=1}

# The last figure that libFuzzer gave after a word: figure WORD FILE
figure() {
  grep -oE "$1 [0-9]+" "$2" | tail -n 1 | grep -oE '[0-9]+$'
}

run_one() { # NAME
  local name=$1 log=$work/$1.log corpus=$corpora/$1 code=0 runs
  mkdir -p "$corpus" "$work/found-$name"
  TMPDIR=$work "./fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 \
    -artifact_prefix="$work/found-$name/" "$corpus" "$work/seeds/$name" >"$log" 2>&1 || code=$?
  runs=$(sed -nE 's/^Done ([0-9]+) runs in.*/\1/p' "$log")
  printf '%-16s %9s runs %7s/s %6s edges %5s inputs %s\n' "$name" "${runs:--}" "$((${runs:-0} / (seconds > 0 ? seconds : 1)))" \
    "$(figure 'cov:' "$log")" "$(find "$corpus" -type f | wc -l)" "$([ "$code" -eq 0 ] && echo ok || echo FAILED)"
  [ "$code" -eq 0 ] && return
  mkdir -p "$findings"
  cp "$log" "$findings/$name.log"
  for each in "$work/found-$name"/*; do
    [ -e "$each" ] && cp "$each" "$findings/$name-$(basename "$each")"
  done
  grep -E 'ERROR|SUMMARY|does not hold' "$log" | sed 's/^/  /'
  touch "$work/failed"
}

for name in $names; do
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
    wait -n
  done
  run_one "$name" &
done
wait
if [ -e "$work/failed" ]; then
  echo "inputs that fail, and logs, are in $findings; run one again with ./fuzz_NAME FILE"
  exit 1
fi
