# SPDX-License-Identifier: Apache-2.0
# Writes the section on what an audit can find from include/epurse/findings.def.
/^FINDING\(/ {
  line = $0
  sub(/^FINDING\(/, "", line)
  name = substr(line, 1, index(line, ",") - 1)
  gsub(/_/, "\\_", name)
  if (split(line, part, "\"") != 5) { print "findings.def: " $0 > "/dev/stderr"; exit 1 }
  rows = rows "\n*" name "*\n\t" toupper(substr(part[2], 1, 1)) substr(part[2], 2) ".++\nWhat to do: " part[4] ".\n"
  count++
}
END {
  if (count == 0) exit 1
  print "\n# FINDINGS OF THE AUDIT" rows
}
