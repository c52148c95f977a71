# SPDX-License-Identifier: Apache-2.0
# A whole purse world for system tests and the demonstration, sourced by them: issuer, back-end, terminals, cards.
# shellcheck shell=bash
#
# Wants: top_builddir, top_srcdir, VPCD_PORT and a pcscd (with-pcscd). Everything lies below $world, a new folder that
# goes away at the end together with every process that was started here.

# gojq speaks jq's language and begins in a tenth of its 30 ms; the suites ask some thousand times. It sorts keys as it is.
if command -v gojq >/dev/null; then
  jq() {
    [ "${1-}" != -S ] || shift
    gojq "$@"
  }
fi

PATH=$top_builddir:$PATH
world=$(mktemp -d "${TMPDIR:-/tmp}/${world_name-epurse world}.XXXXXX") # the space is meant; the demonstration goes without
world_port=$((VPCD_PORT - 12000)) # and the next three: below the ephemeral ports, as VPCD_PORT is (with-pcscd)
world_url=https://127.0.0.1:$world_port
issuer_passphrase='issuer passphrase 1'
server_passphrase='server passphrase 2'
card_pid=
server_pid=
# No test's day ends while it runs, and a limit of a day with it: in its world it is ten in the morning. The demonstration's is the day of here.
if [ -z "${world_name-}" ]; then
  hours=$((10 - 10#$(date -u +%H)))
  export TZ=UTC$((-hours)) # in POSIX's sign: hours that are added to have UTC
fi

world_end() {
  card_remove
  server_stop
  rm -rf "$world"
}
# What is started in the background is a copy of this shell for a moment, with its trap: killed then, it would end the world.
# (`if`: such a copy of bash 5.2 takes any command for failed in `[ ... ] || ...`.)
at_end() { # COMMAND: when this shell ends, and no copy of it
  # shellcheck disable=SC2064
  trap "if [ \"\$BASHPID\" = \$\$ ]; then $1; fi" EXIT
}
at_end world_end

# Until a command succeeds: a test waits for what it needs to have happened, not for a span of time.
patience=120 # seconds; a busy machine is slow, and what is never to come is said
waits_for() { # WHAT COMMAND...
  local what=$1 end=$((SECONDS + patience))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "waited $patience s for $what" >&2; return 1; }
    sleep 0.05
  done
}
waits() { # COMMAND...
  waits_for "$*" "$@"
}
port_wait() { # PORT PID WHAT: until that process listens; fails where it has ended
  local end=$((SECONDS + patience))
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    kill -0 "$2" 2>/dev/null || { echo "$3 has ended before it listened on port $1" >&2; return 1; }
    [ $SECONDS -lt $end ] || { echo "waited $patience s for $3 to listen on port $1" >&2; return 1; }
    sleep 0.05
  done
}
# Of a back-end that stands still (SIGSTOP): somebody has sent it what it has not read, and waits for its answer.
request_lies() {
  awk -v port="$(printf ':%04X$' "$world_port")" '$2 ~ port && $4 == "01" && substr($5, 10) !~ /^0+$/ { lies = 1 } END { exit !lies }' /proc/net/tcp
}

# In $world/locale, for the locales need not be the system's. Letters sort as in POSIX: no program asks for their order, and it is two
# thirds of what localedef computes.
locale_make() { # NAME CHARSET [AS]
  mkdir -p "$world/locale"
  sed '/^LC_COLLATE/,/^END LC_COLLATE/c LC_COLLATE\ncopy "POSIX"\nEND LC_COLLATE' "/usr/share/i18n/locales/$1" >"$world/locale/$1.source" &&
    localedef -i "$world/locale/$1.source" -f "$2" "$world/locale/${3:-$1.$2}"
}

reader_is() { # NUMBER WORD: as pcscd has noticed it: empty, card, purse
  epurse-pos readers | grep -q "^ *$1  $2"
}

# Its keys are as dear to guess at as anywhere in the demonstration, in a test that sets real_keys, and where the library is not built
# (sanitizers, the tarball).
quick_keys=$top_builddir/tests/world/quick_keys.so
[ -z "${world_name-}${real_keys-}" ] && [ -f "$quick_keys" ] || quick_keys=
issuer_init() { # [NAME] [OPTION...]: an issuer's directory, default "issuer"
  local name=${1:-issuer}
  [ $# -eq 0 ] || shift
  LD_PRELOAD=${LD_PRELOAD-}${quick_keys:+:$quick_keys} epurse-admin init --dir "$world/$name" --host localhost,127.0.0.1 --listen "127.0.0.1:$world_port" --currency EUR \
    --issuer 999999 --pool 1000 --no-pin-single none --demonstration --issuer-passphrase-fd 3 --server-passphrase-fd 4 "$@" \
    3<<<"$issuer_passphrase" 4<<<"$server_passphrase" &&
    sed -i "s/^\[card\]$/&\nnumbers = ${world_numbers:-random}/" "$world/$name/epursed.conf"
}

admin() { # epurse-admin with the issuer's own terminal
  epurse-admin --config "$world/issuer/admin" "$@"
}

server_start() { # [NAME] [OPTION...]
  local name=${1:-issuer}
  [ $# -eq 0 ] || shift
  # libfaketime does not know sem_clockwait: by another clock the wait for a group's company would have no end.
  [ -z "${FAKETIME-}" ] || sed -i '/^group_wait =/d; s/^\[ledger\]$/&\ngroup_wait = 0/' "$world/$name/epursed.conf"
  epursed --config "$world/$name/epursed.conf" --passphrase-fd 4 "$@" 4<<<"$server_passphrase" 2>>"$world/epursed.log" &
  server_pid=$!
  port_wait "$world_port" "$server_pid" epursed || { cat "$world/epursed.log" >&2; return 1; }
}

server_stop() {
  [ -n "$server_pid" ] || return 0
  kill "$server_pid" 2>/dev/null
  kill -CONT "$server_pid" 2>/dev/null
  wait "$server_pid"
  local code=$?
  server_pid=
  return $code
}

terminal_add() { # TID ROLE MERCHANT FOLDER
  admin terminal add "$1" --role "$2" --merchant "$3" --out "$world/$4" --url "$world_url" \
    --issuer-passphrase-fd 3 3<<<"$issuer_passphrase"
}

# Issuer, running back-end, one merchant, one terminal of each role in $world/{pos,reload,perso}.
world_begin() {
  issuer_init && server_start && admin merchant add BAKERY --name "Corner Bakery" --points-rate 1 &&
    terminal_add POS00001 pos BAKERY pos && terminal_add RELOAD01 reload BAKERY reload &&
    terminal_add PERSO001 perso BAKERY perso
}

card_new() { # FILE: a raw card, as the chip's maker delivers it
  epurse-card new "$world/$1" --batch-key "$world/issuer/issuer/batch.key"
}

card_insert() { # FILE [PORT]
  card_remove
  epurse-card run "$world/$1" --port "${2:-$VPCD_PORT}" 2>>"$world/card.log" &
  card_pid=$!
}

# It takes its leave of pcscd, and has its file until its process is gone, which need not be this shell's child.
card_remove() {
  local gone=$card_pid
  [ -n "$card_pid" ] || return 0
  program_begin "$card_pid"
  kill "$card_pid" 2>/dev/null
  kill -CONT "$card_pid" 2>/dev/null # where a test made it stand still
  wait "$card_pid" 2>/dev/null
  card_pid=
  waits process_gone "$gone"
}
# A signal that meets the shell's copy, before that is the program, is lost there: who was put in a moment ago would stay for ever.
program_begin() { # PID
  while cmp -s "/proc/$1/cmdline" "/proc/$$/cmdline"; do :; done
}
process_gone() { # PID: or a zombie, whoever is to reap it
  [ ! -e "/proc/$1/stat" ] || grep -q '^[^)]*) Z ' "/proc/$1/stat" 2>/dev/null
}

if [ "${CARD-core}" = applet ]; then . "$top_srcdir/tests/system/world-applet.sh"; fi

# The terminals. --wait: pcscd notices a card within 0.4 s.
pos() {
  epurse-pos --config "$world/pos" --wait=10 "$@"
}
reload() {
  epurse-reload --config "$world/reload" --wait=10 "$@"
}
perso() {
  epurse-perso --config "$world/perso" --wait=10 "$@"
}

# A cardholder's card with PIN 2468 (or $2) in the reader, from a raw one.
card_issue() { # FILE [PIN]
  card_new "$1" && card_insert "$1" && perso issue --json --pin-fd 3 3<<<"${2:-2468}" >"$world/$1.issue.json" &&
    card_cid=$(jq -r .cid "$world/$1.issue.json")
}
# They wait for a back-end that a test makes stand still, however slow this machine is.
patient() { # FOLDER...
  local folder
  for folder; do
    sed -i 's/^timeout = .*/timeout = 120/' "$world/$folder/terminal.conf" && grep -q "^timeout = 120" "$world/$folder/terminal.conf" || return 1
  done
}
pay() { # AMOUNT [OPTION...]: with the PIN 2468
  pos --json --pin-fd 3 pay "$@" 3<<<2468
}
load() { # AMOUNT [OPTION...]: with the PIN 2468, in cash
  echo y | reload --json --pin-fd 3 load "$@" 3<<<2468
}

# Runs a command, or a function of here, with another clock: +5d, or the moment (UTC) at which it begins.
at() { # +DAYSd | "YYYY-MM-DD hh:mm:ss" COMMAND...
  local clock=$1
  shift
  [ "${clock:0:1}" = + ] || clock=@$clock
  TZ=UTC FAKETIME=$clock \
    LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketime.so.1) "$@"
}

# ---- TAP ----

tap_count=0
tap_failed=0
tap() { # NAME COMMAND...: one test
  local name=$1 code
  shift
  tap_count=$((tap_count + 1))
  "$@" >"$world/tap.out" 2>&1
  code=$?
  if [ $code -eq 0 ]; then
    echo "ok $tap_count - $name"
  else
    echo "not ok $tap_count - $name"
    tap_failed=$((tap_failed + 1))
    echo "# exit code $code of: $*"
    tail -n 30 "$world/tap.out" | sed 's/^/# /'
  fi
}

# What a command must print in a field of its JSON, or how it must fail.
json_is() { # FILE FILTER VALUE
  local value
  value=$(jq -r "$2" "$1") || return 1
  [ "$value" = "$3" ] && return 0
  echo "$2 is '$value', not '$3'"
  return 1
}
fails() { # EXIT-CODE SENTENCE-PART COMMAND...: exits so, and says that in one sentence on stderr
  local want=$1 part=$2 code
  shift 2
  "$@" >"$world/fails.out" 2>"$world/fails.err"
  code=$?
  cat "$world/fails.err"
  [ $code -eq "$want" ] || { echo "exit code $code, not $want"; return 1; }
  grep -qF -- "$part" "$world/fails.err" || { echo "does not say '$part'"; return 1; }
}

# What `key change` is to refuse: a newer key's certificate that is not what the roll made. `key` is the test's, with its options.
dir_sum() { (cd "$dir" && find . -type f -name '*.[ck]*' -print0 | sort -z | xargs -0 sha256sum); }
change_refused() { # KEY [WORD...]: that key, in the command too where `key` takes it; nothing is moved
  local before; before=$(dir_sum)
  fails 65 "key roll $1 again" key change "${@:2}" && [ "$(dir_sum)" = "$before" ]
}
# Where the roll broke off with it empty, of another key, or of no later version: each time it is made anew, and the last one is good.
rolled_anew() { # KEY FILE OLDER [WORD...]
  local name=$1 file=$dir/$2 older=$dir/$3
  shift 3
  cp "$file" "$world/made-first" && : >"$file" && rm -f "$dir"/admin/"$name"-next.cert && change_refused "$name" "$@" &&
    key roll "$@" && ! cmp -s "$file" "$world/made-first" && fails 1 "is being rolled" key roll "$@" &&
    cp "$world/made-first" "$file" && rm -f "$dir"/admin/"$name"-next.cert && change_refused "$name" "$@" && key roll "$@" &&
    cp "$older" "$file" && rm -f "$dir"/admin/"$name"-next.cert && change_refused "$name" "$@" && key roll "$@"
}

# Balance on card = shadow balance, and the ledger agrees with itself.
agree() { # CID
  perso --json balance >"$world/agree.card" && admin --json card show "$1" >"$world/agree.server" || return 1
  local card server
  card=$(jq -r .balance "$world/agree.card")
  server=$(jq -r .balance "$world/agree.server")
  [ "$card" = "$server" ] || { echo "card holds $card, server says $server"; return 1; }
  admin ledger check
}

tap_end() {
  echo "1..$tap_count"
  [ $tap_failed -eq 0 ]
}
