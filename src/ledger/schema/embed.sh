#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the numbered schema files that are named, in order, as a C file: embed.sh FILE... > schema_sql.c
set -e
echo '/* SPDX-License-Identifier: Apache-2.0'
echo ' * The schema files as the build found them; made by src/ledger/schema/embed.sh. */'
echo '#include "schema.h"'
number=0
names=
for file in "$@"; do
  number=$((number + 1))
  names="${names}schema_${number}, "
  printf '\nstatic const unsigned char schema_%d[] = {\n' "$number"
  od -An -v -tx1 "$file" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
  echo '0};'
done
printf '\nconst unsigned char *const schema_sql[] = {%s};\n' "${names%, }"
printf 'const int schema_latest = %d;\n' "$number"
