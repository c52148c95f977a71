#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job, shown: a raw card becomes a cardholder's card, is loaded with 50.00, pays 12.50 in a shop, then 2.50 without
# its PIN, gets that back, and pays 1.50 while the line is down.
# Installs what is missing, builds into build-demo/, needs no card and no reader: the card is a process behind the real
# pcscd, the back-end a real HTTPS server on 127.0.0.1. Everything that it makes lies in a temporary folder.
#
#   demo.sh                   the tour
#   demo.sh -- COMMAND ARG... runs a command in the same surroundings instead, and ends with its exit status: the programs on
#                             PATH, EPURSE_CONFIG_POS, EPURSE_CONFIG_RELOAD, EPURSE_CONFIG_PERSO, EPURSE_SERVER_URL,
#                             PCSCLITE_CSOCK_NAME; a raw card in reader 0, a cardholder's card with 100.00 and PIN 1234 in
#                             the second reader, which EPURSE_READER names. `demo.sh -- bash` is a playground.
#   demo.sh -- till           the same with the till's page: sell with a browser, until standard input ends (Ctrl-D); a line of
#                             it, Enter, takes the card out and puts it in again, which the till waits for between two sales
set -eu

if [ "${1-}" != --inside ]; then
  if [ $# -gt 0 ] && { [ "$1" != -- ] || [ $# -eq 1 ]; }; then
    echo "usage: demo.sh [-- COMMAND [ARGUMENT...]]" >&2
    exit 64
  fi
  demo_caller=$PWD
  export demo_caller
  cd "$(dirname "$0")"
  here=$PWD
  ./setup.sh
  [ -x configure ] || ./autogen.sh >/dev/null 2>&1
  mkdir -p build-demo
  cd build-demo
  [ -f Makefile ] || ../configure --quiet
  [ -x epursed ] || echo "demo: building, which takes some minutes the first time" >&2
  make --quiet -j"$(nproc)" >make.log 2>&1 || { tail -n 30 make.log >&2; exit 70; }
  export top_builddir=$PWD top_srcdir=$here WITH_PCSCD_LOG=$PWD/pcscd.log
  [ "${2-}" != till ] || export WITH_PCSCD_NETWORK=shared # a browser is to reach it
  exec "$here/tests/system/with-pcscd" bash "$here/demo.sh" --inside "$@"
fi
shift

world_name=epurse-demo
. "$top_srcdir/tests/system/world.sh"
at_end 'set +e; world_end' # what Ctrl-C has ended already cannot be ended once more

card_again() {
  card_remove
  waits_for "the reader without its card" reader_is 1 empty && card_insert purse $((VPCD_PORT + 1)) &&
    waits_for "the card in it again" reader_is 1 purse
}

# The page of the shop's till, on that card.
till() {
  printf '[page]\nlisten = 127.0.0.1:%s\n' "${TILL_PORT:-8480}" >"$world/pos/till.conf"
  epurse-tilld --config "$world/pos" 2>"$world/till.log" &
  local till_pid=$! code=0
  until grep -q event=ready "$world/till.log"; do # its own word: at the port may be somebody else
    kill -0 "$till_pid" 2>/dev/null || { cat "$world/till.log" >&2; return 69; }
    sleep 0.1
  done
  printf 'Open http://127.0.0.1:%s/ in a browser; the pairing code is %s, the card'"'"'s PIN is 1234.\nEnter takes the card out and puts it in again, for the next sale; Ctrl-D ends it.\n' \
    "${TILL_PORT:-8480}" "$(cat "$world/pos/page.code")"
  while read -r _; do
    card_again || break
    echo "The card was taken out, and is in again."
  done
  kill "$till_pid"
  wait "$till_pid" || code=$?
  return $code
}

playground() {
  export EPURSE_CONFIG_POS=$world/pos EPURSE_CONFIG_RELOAD=$world/reload EPURSE_CONFIG_PERSO=$world/perso
  export EPURSE_SERVER_URL=$world_url EPURSE_READER='Virtual PCD 00 01' PATH
  {
    world_begin && card_new purse && card_insert purse $((VPCD_PORT + 1)) && perso --json --pin-fd 3 issue 3<<<1234 &&
      reload --json --pin-fd 3 load 100.00 3<<<1234 <<<y && card_new raw
  } >"$world/demo.log" 2>&1 || { cat "$world/demo.log" >&2; exit 70; }
  epurse-card run "$world/raw" --port "$VPCD_PORT" 2>>"$world/card.log" &
  local raw_pid=$! code=0
  waits_for "the card in the first reader" reader_is 0 purse || { epurse-pos readers >&2; exit 70; }
  cd "$demo_caller"
  "$@" || code=$?
  kill $raw_pid 2>/dev/null
  wait $raw_pid 2>/dev/null || true
  exit $code
}
if [ "${1-}" = -- ]; then
  shift
  playground "$@"
fi

show() { # SENTENCE COMMAND-AS-TYPED COMMAND...: says it, prints the command, runs it
  printf '\n%s\n\033[1m$ %s\033[0m\n' "$1" "$2"
  shift 2
  "$@"
}
title() {
  printf '\n== %s ==\n' "$1"
}

title "The issuer"
show "Keys, certificates and an empty ledger are made." "epurse-admin init --dir issuer ..." \
  issuer_init issuer --no-pin-single default --no-pin-total default
show "The back-end starts; it keeps the books." "epursed --config issuer/epursed.conf" server_start
show "A shop joins." "epurse-admin merchant add BAKERY --name 'Corner Bakery'" admin merchant add BAKERY --name "Corner Bakery" --points-rate 1
show "It gets a till," "epurse-admin terminal add POS00001 --role pos ..." terminal_add POS00001 pos BAKERY pos
printf '[pos]\noffline = auto\n' >>"$world/pos/terminal.conf"
show "and a place where cards are loaded;" "epurse-admin terminal add RELOAD01 --role reload ..." terminal_add RELOAD01 reload BAKERY reload
show "the issuer gets a desk where cards are made." "epurse-admin terminal add PERSO001 --role perso ..." terminal_add PERSO001 perso BAKERY perso

title "The desk: a raw card becomes a cardholder's card"
show "This is how a card comes from its maker." "epurse-card new card; epurse-card run card &" card_new card
card_insert card
issue() { perso --pin-fd 3 issue 3<<<2468; }
show "The cardholder chooses the PIN 2468." "epurse-perso issue" issue

title "The reload terminal"
load_cash() { echo y | reload --pin-fd 3 load 50.00 3<<<2468; }
show "50.00 in cash go onto the card." "epurse-reload load 50.00" load_cash

title "The shop"
pay_wrong() { pos --pin-fd 3 pay 12.50 3<<<1111 || echo "(exit code $?: nothing was taken)"; }
show "The customer mistypes the PIN." "epurse-pos pay 12.50" pay_wrong
pay_shop() { pos --pin-fd 3 pay 12.50 3<<<2468; }
show "And gets it right." "epurse-pos pay 12.50" pay_shop
pay_small() { pos pay 2.50 </dev/null; }
show "A coffee, too: so little goes without the PIN." "epurse-pos pay 2.50" pay_small
give_back() { pos refund --last </dev/null; }
show "It was cold: the shop gives it back, to the card that paid." "epurse-pos refund --last" give_back
pay_offline() { server_stop && pos pay 1.50 </dev/null; }
show "The line is down: the card's promise is the payment." "epurse-pos pay 1.50" pay_offline
bring_in() { server_start && pos recover; }
show "It is back: what was taken meanwhile is brought in." "epurse-pos recover" bring_in
show_balance() { pos --pin-fd 3 balance 3<<<2468; }
show "What is left?" "epurse-pos balance" show_balance
show_log() { pos --pin-fd 3 log 3<<<2468; }
show "The card itself remembers." "epurse-pos log" show_log
pay_out() { echo y | reload --pin-fd 3 payout 10.00 3<<<2468; }
show "Back where cards are loaded: 10.00 go into the cardholder's hand." "epurse-reload payout 10.00" pay_out

title "Anyone"
show "Is the receipt genuine? The public key is enough to tell." "epurse-verify --master master.pem receipts/*" \
  epurse-verify --master "$world/issuer/master.pem" "$world"/pos/receipts/*

title "The operator"
show "Do the books add up?" "epurse-admin ledger check" admin ledger check
cid=$(perso --json balance | sed 's/.*"cid":"\([0-9]*\)".*/\1/')
show "Does the back-end know what the card holds?" "epurse-admin card show $cid" admin card show "$cid"
printf '\ndemo: done; the purse works on this machine. "./demo.sh -- bash" is a playground.\n'
