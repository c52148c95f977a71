#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the page's files, and the German and French sentences of the catalogues, as a C file:
# embed.sh CSS JS GERMAN.PO FRENCH.PO > page_assets.c
set -e
echo '/* SPDX-License-Identifier: Apache-2.0'
echo ' * The files of the page as the build found them; made by src/register/page/embed.sh. */'
echo '#include "register/page_state.h"'
bytes() { # NAME FILE
  printf '\nconst unsigned char %s[] = {\n' "$1"
  od -An -v -tx1 "$2" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
  printf '0};\nconst size_t %s_len = sizeof %s - 1;\n' "$1" "$1"
}
bytes page_css "$1"
bytes page_js "$2"
# A catalogue's strings are C's, and what stands in several lines is one string there too. Plurals are left out.
sentences() { # NAME CATALOGUE
  printf '\nconst char *const %s[] = {\n' "$1"
  awk '
    function flush() { if (id != "" && id != "\"\"" && text != "\"\"" && !plural) print id ", " text ","; id = text = ""; plural = 0 }
    /^msgid_plural/ { plural = 1; where = 0; next }
    /^msgid / { flush(); id = substr($0, 7); where = 1; next }
    /^msgstr / { text = substr($0, 8); where = 2; next }
    /^msgstr\[/ { where = 0; next }
    /^"/ && where == 1 { id = id == "\"\"" ? $0 : id " " $0 }
    /^"/ && where == 2 { text = text == "\"\"" ? $0 : text " " $0 }
    END { flush() }' "$2"
  echo 'NULL};'
}
sentences page_german "$3"
sentences page_french "$4"
