/* SPDX-License-Identifier: Apache-2.0
 * What SQLite answers, in the words of the ledger. */
#include "sqlite.h"

enum status sqlite_status(int code) {
  switch (code & 0xFF) {
  case SQLITE_OK:
  case SQLITE_ROW:
  case SQLITE_DONE:
    return STATUS_OK;
  case SQLITE_NOMEM:
    return STATUS_NO_MEMORY;
  case SQLITE_MISUSE: /* a write outside a transaction */
    return STATUS_INTERNAL;
  case SQLITE_BUSY:
    return STATUS_LEDGER_BUSY;
  case SQLITE_CONSTRAINT: /* a bound or a repetition that the schema forbids */
  case SQLITE_CORRUPT:
  case SQLITE_MISMATCH:
    return STATUS_LEDGER_BROKEN;
  default:
    return STATUS_STORE_FAILED;
  }
}
