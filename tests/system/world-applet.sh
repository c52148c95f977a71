# SPDX-License-Identifier: Apache-2.0
# The world's cards are the applet in its test runtime instead of the virtual card: sourced by world.sh where CARD=applet.
# CARD_SETTINGS: settings of engine.Main (t0=1 and so on).
# shellcheck shell=bash
. "$top_srcdir/tests/applet/with-runtime"

# Serial and transport key as the chip's maker would put them in: from the virtual card that epurse-card makes.
card_new() { # FILE
  local parameters
  epurse-card new "$world/$1.core" --batch-key "$world/issuer/issuer/batch.key" || return
  parameters=$(python3 - "$world/$1.core" <<'PYTHON'
import sys
data = open(sys.argv[1], "rb").read()
at = data.index(b"EPC2") + 5
print("01" + data[at:at + 24].hex())
PYTHON
  ) || return
  rm "$world/$1.core"
  # shellcheck disable=SC2086 # words are wanted
  "${engine[@]}" new "$world/$1" "$classes" epurse.PurseApplet F045505552534501 "$parameters" ${CARD_SETTINGS-}
}

card_insert() { # FILE [PORT]
  card_remove
  "${engine[@]}" run "$world/$1" "$classes" 127.0.0.1 "${2:-$VPCD_PORT}" >>"$world/card.counts" 2>>"$world/card.log" &
  card_pid=$!
}
