/* SPDX-License-Identifier: Apache-2.0
 * The three-way audit, off-line: card log x terminal journal x ledger, and all that cards and server signed.
 *
 * It trusts the master public key only. It writes to nothing that it is given: ledger and journals are read from
 * copies in a folder of its own (mode 0700, under TMPDIR), removed at the end. docs/audit.md says what is compared with
 * what. */
#ifndef EPURSE_AUDIT_H
#define EPURSE_AUDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "epurse/amount.h"
#include "epurse/crypto.h"
#include "epurse/number.h"
#include "epurse/status.h"

/* findings.def, by name. */
enum audit_kind {
#define FINDING(name, sentence, action) AUDIT_##name,
#include "epurse/findings.def"
#undef FINDING
  AUDIT_KINDS
};
/* Its name as findings.def has it; static. */
const char *audit_kind_name(enum audit_kind kind);     /* "BALANCE" */
const char *audit_kind_sentence(enum audit_kind kind); /* what it means */

/* Paths, borrowed until audit_run has returned. */
struct audit_paths {
  const char *const *paths;
  size_t count;
};
struct audit_request {
  const char *ledger;                             /* as for ledger_open */
  uint8_t master_public[CRYPTO_P256_PUBLIC_SIZE]; /* the one thing that is trusted */
  struct audit_paths certificates; /* 7F21 files, or folders of *.cert: card CA and server, of every version */
  struct audit_paths journals;     /* a terminal's folder, or its journal alone */
  struct audit_paths card_logs;    /* what `log --json` prints */
  struct audit_paths receipts;     /* files, or folders of *.receipt */
  /* Unix seconds: what the server authorised later and the ledger, a copy of then, has not is counted and not compared,
   * nor is what was open then and has ended since. 0: as a backup says of itself, and any other ledger is today's. */
  int64_t until;
};

/* What was found, where. What does not apply is empty: ATC 0, texts "". */
struct audit_finding {
  enum audit_kind kind;
  bool of_card; /* `cid` is set */
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  char tid[TID_SIZE + 1];
  char merchant[MERCHANT_MAX + 1];
  const char *file; /* as it was named in the request, or inside such a folder; owned by the audit */
  char detail[160]; /* a few words */
};

struct audit; /* opaque */

/* Runs it. STATUS_OK: everything was compared, whatever was found; STATUS_AUDIT_INCOMPLETE: something could not be
 * read, the rest was compared. In both cases *audit is the result, to be freed. Else *audit is NULL and nothing was
 * audited, `problem` (256 bytes) says with which file: STATUS_LEDGER_BUSY (open in another process), STATUS_NOT_FOUND,
 * STATUS_BAD_CERTIFICATE (no certificate of a card CA and of the server under this master key), STATUS_STORE_FAILED,
 * STATUS_NO_MEMORY. A ledger of another schema or that is none is not an error but the finding SCHEMA. */
enum status audit_run(const struct audit_request *request, struct audit **audit, char problem[256]) EPURSE_MUST_USE;
/* Frees all that it found; *audit becomes NULL. NULL is fine. */
void audit_free(struct audit **audit);

/* Sorted by kind, card, ATC, terminal, merchant, file; borrowed. */
size_t audit_count(const struct audit *audit);
/* The finding at that place, below audit_count. */
const struct audit_finding *audit_at(const struct audit *audit, size_t index);
/* "card 9999990000000017 transaction 3", "terminal POS00001", ...; with NUL, cut at capacity. */
void audit_subject(const struct audit_finding *finding, char *text, size_t capacity);

/* Findings of what was authorised after the ledger's file was written last (*written, unix seconds), where no `until`
 * was given: the ledger may be a copy. */
size_t audit_newer(const struct audit *audit, int64_t *written);

/* The moment up to which it was compared, unix seconds: as requested, or of the backup; 0: the ledger is today's. */
int64_t audit_until(const struct audit *audit);

/* How it is told to people. All of it may be left out: {0} is English. */
#define AUDIT_TEXT_MAX 1024
struct audit_speech {
  const char *until;                                                    /* audit_until as people read it */
  const char *(*words)(const char *english, char text[AUDIT_TEXT_MAX]); /* a whole line or a part, in their language */
  const struct amount_format *format;                                   /* of amounts */
};
/* One line for each finding and each file that could not be read, then what was compared, then the count. */
void audit_print(const struct audit *audit, const struct audit_speech *speech, FILE *out);
/* The same as an object; the caller's. NULL where memory ends. */
json_t *audit_json(const struct audit *audit);

#endif
