#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the numbered schema files that are named, those of each database in order, as a C file:
# embed.sh FILE... > schema_sql.c. A database that lacks a version is a build error.
set -e
echo '/* SPDX-License-Identifier: Apache-2.0'
echo ' * The schema files as the build found them; made by src/ledger/schema/embed.sh. */'
echo '#include "ledger/schema.h"'
sqlite=
postgres=
for file in "$@"; do
  number=${file##*/}
  case $file in
  */postgres/*) name=postgres_${number%.sql} postgres="${postgres}$name, " ;;
  *) name=sqlite_${number%.sql} sqlite="${sqlite}$name, " ;;
  esac
  printf '\nstatic const unsigned char %s[] = {\n' "$name"
  od -An -v -tx1 "$file" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
  echo '0};'
done
printf '\nconst unsigned char *const schema_sqlite[] = {%s};\n' "${sqlite%, }"
printf 'const unsigned char *const schema_postgres[] = {%s};\n' "${postgres%, }"
echo '_Static_assert(sizeof schema_sqlite == sizeof schema_postgres, "a schema file has no counterpart");'
echo 'const int schema_latest = (int)(sizeof schema_sqlite / sizeof schema_sqlite[0]);'
