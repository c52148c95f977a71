# SPDX-License-Identifier: Apache-2.0
# Writes the EXIT STATUS section of a man page (scdoc) from the one list of outcomes, include/epurse/status.def.
# With -v page=status: the whole table for epurse-status(7).
BEGIN {
  group[0] = "done"
  group[1] = "declined by card or back-end, for sure"
  group[2] = "wrong PIN, or the other side did not prove who it is"
  group[3] = "a receipt proves that the card paid, and no more: the server's key is withdrawn"
  group[4] = "it waits for another administrator; nothing is changed yet"
  group[64] = "the command line is wrong; nothing was sent"
  group[65] = "bad data: a file or a message is not what it should be"
  group[69] = "something is not there: pcscd, reader, back-end, the bank's card reader"
  group[70] = "internal error"
  group[74] = "input or output failed, or the card was lost before any effect"
  group[75] = "the outcome is unknown: present the same card again, or run recover; a list of cards is not finished"
  group[76] = "the other side does not speak as agreed; a wrong card"
  group[77] = "not permitted: role, revocation, access to the reader"
  group[78] = "configuration, keys or clock are wrong"
}
/^STATUS\(/ {
  line = $0
  sub(/^STATUS\(/, "", line)
  text = line
  sub(/^[^"]*"/, "", text)
  sub(/"\)$/, "", text)
  split(line, field, /, */)
  name = field[1]; code = field[2] + 0; http = field[3] + 0; sw = field[4]
  if (!(code in group)) { print "exit-status.awk: no text for exit code " code > "/dev/stderr"; bad = 1 }
  seen[code] = 1
  gsub(/_/, "\\_", name)
  gsub(/_/, "\\_", text)
  row[++rows] = "*" name "* (exit " code (http ? ", HTTP " http : "") (sw != "0" ? ", SW " substr(sw, 3) : "") ")\n\t" text
}
END {
  if (bad) exit 1
  if (page == "status") {
    for (i = 1; i <= rows; i++) print row[i] "\n"
    exit
  }
  print "\n# EXIT STATUS\n"
  for (code = 0; code <= 78; code++) if (code in seen) print "*" code "*\n\t" group[code] "\n"
  print "epurse-status(7) lists every outcome with its sentence.\n"
}
