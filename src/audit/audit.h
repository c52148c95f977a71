/* SPDX-License-Identifier: Apache-2.0
 * An audit in progress: what was asked, what is read from, what was found so far. */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "epurse/audit.h"
#include "epurse/certificate.h"
#include "epurse/journal.h"
#include "epurse/ledger.h"
#include "epurse/ledger_incident.h"

#define AUDIT_PATH_MAX 1024
#define AUDIT_PAGE     64 /* rows read at a time */

/* What was compared, and what is on its way and no contradiction. Amounts in minor units. */
struct audit_figures {
  int64_t cards, transactions, captured, incidents;
  int64_t held, held_amount; /* open holds */
  int64_t journals, entries, open_entries;
  int64_t unconfirmed, unconfirmed_amount; /* committed entries whose r the server has not heard */
  int64_t unreported;                      /* entries whose end nobody has been told */
  int64_t card_logs, log_records, receipts;
  int64_t later; /* authorised after `until`, not in the ledger: not compared */
};

/* A verified certificate of the issuer's. */
struct issuer_key {
  uint8_t role;
  uint8_t version;
  uint8_t subject[CERTIFICATE_SUBJECT_SIZE];
  uint8_t expiry[DATE_SIZE];
  uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
};

/* What is kept of a journal's entry. */
struct till_entry {
  int64_t id;
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t state, type; /* enum journal_state, enum transaction_type */
  int64_t amount;
  int64_t time; /* unix seconds of its intent */
};
struct till {
  const char *file; /* the journal's; owned */
  char tid[TID_SIZE + 1];
  struct till_entry *entries; /* those with a promise, by (CID, ATC) once it is read */
  size_t count, capacity;
  int64_t first_time; /* of its first entry: it does not reach back further */
};

struct unread {
  char *file;
  const char *reason; /* static */
};

struct audit {
  const struct audit_request *request;
  char folder[AUDIT_PATH_MAX]; /* of the copies */
  struct ledger *ledger;       /* a copy; NULL where it could not be understood */
  struct ledger_settings settings;
  struct issuer_key *keys;
  size_t key_count;
  struct till *tills;
  size_t till_count;
  struct ledger_incident *incidents;
  size_t incident_count;
  struct audit_finding *findings;
  size_t finding_count, finding_capacity;
  struct unread *unread;
  size_t unread_count;
  char **names; /* of files, owned, that findings point to */
  size_t name_count;
  struct audit_figures figures;
  int64_t until, written; /* as requested, or of the backup; of the ledger's file, 0: not one */
  int64_t backup_at;      /* when the ledger was copied by epurse-admin backup; 0: it is no such copy */
  size_t newer;           /* findings of later than that */
  bool no_memory;         /* something could not be kept: the audit is no audit */
};

/* ---- finding.c ---- */

/* Keeps a copy of what is told; the words go into its detail. A failure is audit->no_memory. */
void finding_add(struct audit *audit, const struct audit_finding *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Of a card, or of its transaction. */
void finding_of(struct audit *audit, enum audit_kind kind, const uint8_t cid[CID_SIZE], uint32_t atc,
                const char *words);
void finding_sort(struct audit *audit);
/* Something that the server authorised at `time` (unix seconds) is not in the ledger: whether that is as it must be,
 * since the ledger is an earlier copy. Counts it. */
bool finding_later(struct audit *audit, int64_t time);
/* A file that could not be read; `reason` is static. */
void unread_add(struct audit *audit, const char *file, const char *reason);
/* A name that lives as long as the audit; NULL where memory ends. */
const char *name_keep(struct audit *audit, const char *name);

/* ---- paths.c: files, and what lies in folders ---- */

/* Calls `each` with every file that `paths` names: itself, or, of a folder, what ends with `suffix`, by name. What is
 * not there is kept as unread. */
typedef enum status path_each(struct audit *audit, const char *file);
enum status paths_walk(struct audit *audit, const struct audit_paths *paths, const char *suffix,
                       path_each *each) EPURSE_MUST_USE;

/* ---- snapshot.c: copies of databases ---- */

/* Makes and removes the folder. */
enum status snapshot_begin(struct audit *audit) EPURSE_MUST_USE;
void snapshot_end(struct audit *audit);
/* Copies an SQLite file with its write-ahead log to NAME in the folder; an earlier copy of that name goes. Nobody
 * writes meanwhile. STATUS_NOT_FOUND, STATUS_LEDGER_BUSY, STATUS_STORE_FAILED. */
enum status snapshot_take(const struct audit *audit, const char *file, const char *name,
                          char copy[AUDIT_PATH_MAX]) EPURSE_MUST_USE;

/* ---- schema.c: whether a database's own guards stand ---- */

/* Compares tables, indices, triggers and application_id of a copy with those that this program makes anew; each
 * difference is a finding like `pattern`. A ledger that is a backup sets audit->backup_at. */
enum status schema_audit_ledger(struct audit *audit, const char *copy,
                                const struct audit_finding *pattern) EPURSE_MUST_USE;
enum status schema_audit_journal(struct audit *audit, const char *copy,
                                 const struct audit_finding *pattern) EPURSE_MUST_USE;

/* ---- issuer.c: the issuer's certificates, under the master key ---- */

/* Takes one in; what does not hold is not taken. */
enum status issuer_add(struct audit *audit, const uint8_t *data, size_t len) EPURSE_MUST_USE;
enum status issuer_read(struct audit *audit) EPURSE_MUST_USE;
/* The server's key of that version, or NULL. */
const struct issuer_key *issuer_server(const struct audit *audit, uint8_t version);
/* Decodes a certificate of `role` and verifies it under a CA of `ca_role`. */
bool issuer_certified(const struct audit *audit, const uint8_t *data, size_t len, uint8_t ca_role, uint8_t role,
                      struct certificate *certificate);

/* ---- till.c: a terminal's journal against the ledger ---- */

enum status till_read_all(struct audit *audit) EPURSE_MUST_USE;
void till_free(struct till *till);
/* A journal of that terminal which holds, or ought to hold, what began at `time`; NULL where none was given or none
 * reaches back so far. *entry is the transaction's, or NULL. */
const struct till *till_find(const struct audit *audit, const uint8_t tid[TID_SIZE], const uint8_t cid[CID_SIZE],
                             uint32_t atc, int64_t time, const struct till_entry **entry);
bool incident_known(const struct audit *audit, enum ledger_incident_kind kind, const uint8_t cid[CID_SIZE],
                    uint32_t atc);

/* ---- closings.c: the closings (Z) and shifts of a journal ---- */

/* `pattern`: whose journal it is; a terminal that is not known is "". */
enum status closings_audit(struct audit *audit, struct journal *journal, const struct audit_finding *pattern);

/* ---- entry.c: one entry against itself and its booking ---- */

/* Answers whether it has a promise that can be read; *promise is that. */
bool entry_audit(struct audit *audit, const struct till *till, const struct journal_entry *entry,
                 struct promise *promise);

/* ---- book.c: the ledger against itself, its signatures and the journals ---- */

enum status book_audit(struct audit *audit) EPURSE_MUST_USE;

/* ---- history.c: what a card signed about its past ---- */

/* What of a transaction its card's later promises speak about. */
struct history_item {
  uint32_t atc;
  uint8_t state, type;
  bool readable;        /* its promise could be decoded */
  bool out_of_step;     /* it was declined because balances differed: says nothing about the books */
  int64_t change;       /* of the balance when captured, minor units */
  uint32_t balance;     /* before, as the card signed */
  uint32_t offline_sum; /* paid off-line since its last committed one, as the card signed */
  uint32_t last_atc;    /* last committed, as the card signed */
  uint8_t last_secret[SECRET_SIZE];
  uint8_t commitment[CRYPTO_SHA256_SIZE];
};
/* A card's transactions, newest first. */
void history_audit(struct audit *audit, const uint8_t cid[CID_SIZE], const struct history_item *items, size_t count);

/* ---- card_log.c, receipts.c ---- */

enum status card_log_audit(struct audit *audit, const char *file) EPURSE_MUST_USE;
enum status receipt_audit(struct audit *audit, const char *file) EPURSE_MUST_USE;

#endif
