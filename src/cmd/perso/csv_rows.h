/* SPDX-License-Identifier: Apache-2.0
 * A CSV file (RFC 4180) row by row, with line numbers; libcsv takes the rows apart. What was read is wiped: lists of
 * cards hold PINs. */
#ifndef EPURSE_CMD_CSV_ROWS_H
#define EPURSE_CMD_CSV_ROWS_H

#include <stddef.h>
#include <stdio.h>

#include "epurse/status.h"

#define CSV_LINE_MAX   4096 /* bytes, with its end */
#define CSV_FIELDS_MAX 16
#define CSV_PROBLEM    256

/* Gets one row; the fields are text without control characters, borrowed for the call. A status other than STATUS_OK
 * ends the reading; `problem` (CSV_PROBLEM bytes) then says why, without the line, which is put before it. */
typedef enum status csv_row(void *context, size_t line, char *const *fields, size_t count, char *problem);

/* Reads to the end; empty lines are passed over, a byte order mark too. A row is one line. STATUS_BAD_FORMAT (`problem`
 * names the line), STATUS_STORE_FAILED, STATUS_NO_MEMORY, or what the row answered. */
enum status csv_rows(FILE *file, csv_row *row, void *context, char problem[CSV_PROBLEM]) EPURSE_MUST_USE;

#endif
