#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job, shown: a raw card becomes a cardholder's card, is loaded with 50.00 and pays 12.50 in a shop.
# Installs what is missing, builds into build-demo/, needs no card and no reader: the card is a process behind the real
# pcscd, the back-end a real HTTPS server on 127.0.0.1. Everything that it makes lies in a temporary folder.
set -eu
cd "$(dirname "$0")"
here=$PWD

if [ "${1-}" != --inside ]; then
  ./setup.sh
  [ -x configure ] || ./autogen.sh >/dev/null
  mkdir -p build-demo
  cd build-demo
  [ -f Makefile ] || ../configure --quiet
  make --quiet -j"$(nproc)"
  export top_builddir=$PWD top_srcdir=$here
  exec "$here/tests/system/with-pcscd" bash "$here/demo.sh" --inside
fi

. "$top_srcdir/tests/system/world.sh"
show() { # prints the command as one would type it, then runs it
  printf '\n\033[1m$ %s\033[0m\n' "$1"
  shift
  "$@"
}
title() {
  printf '\n== %s ==\n' "$1"
}

title "The issuer: keys, certificates, ledger, back-end"
show "epurse-admin init --dir issuer ..." issuer_init
show "epursed --config issuer/epursed.conf &" server_start
show "epurse-admin merchant add BAKERY --name 'Corner Bakery'" admin merchant add BAKERY --name "Corner Bakery" --points-rate 1
show "epurse-admin terminal add POS00001 --role pos ..." terminal_add POS00001 pos BAKERY pos
show "epurse-admin terminal add RELOAD01 --role reload ..." terminal_add RELOAD01 reload BAKERY reload
show "epurse-admin terminal add PERSO001 --role perso ..." terminal_add PERSO001 perso BAKERY perso

title "The desk: a raw card becomes a cardholder's card"
show "epurse-card new card; epurse-card run card &" card_new card
card_insert card
issue() { perso --pin-fd 3 issue 3<<<2468; }
show "epurse-perso issue" issue

title "The reload terminal: 50.00 in cash"
load_cash() { echo y | reload --pin-fd 3 load 50.00 3<<<2468; }
show "epurse-reload load 50.00" load_cash

title "The shop: 12.50"
pay_shop() { pos --pin-fd 3 pay 12.50 3<<<2468; }
show "epurse-pos pay 12.50" pay_shop
show_balance() { pos --pin-fd 3 balance 3<<<2468; }
show "epurse-pos balance" show_balance
show_log() { pos --pin-fd 3 log 3<<<2468; }
show "epurse-pos log" show_log

title "Anyone: is the receipt genuine?"
show "epurse-verify --master master.pem receipts/*" epurse-verify --master "$world/issuer/master.pem" "$world"/pos/receipts/*

title "The operator: do card and ledger agree?"
show "epurse-admin ledger check" admin ledger check
cid=$(perso --json balance | sed 's/.*"cid":"\([0-9]*\)".*/\1/')
show "epurse-admin card show $cid" admin card show "$cid"
printf '\ndemo: done; the purse works on this machine.\n'
