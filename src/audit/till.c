/* SPDX-License-Identifier: Apache-2.0
 * Journals: read entry by entry, kept as names, asked afterwards for what they ought to hold. */
#include "audit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "epurse/key.h"
#include "epurse/ledger_terminal.h"
#include "epurse/ledger_transaction.h"
#include "epurse/sentence.h"

#define JOURNAL_FILE   "journal.db"
#define TERMINAL_CERT  "terminal.cert"
#define SEQ_PER_SECOND 1000 /* a terminal's numbers are its clock in milliseconds, or JOURNAL_SEQ_BEHIND_MS behind it */

void till_free(struct till *till) {
  free(till->entries);
}

static int compare_entries(const void *one, const void *other) {
  const struct till_entry *a = one, *b = other;
  int order = memcmp(a->cid, b->cid, CID_SIZE);
  return order != 0 ? order : (a->atc > b->atc) - (a->atc < b->atc);
}

/* Two cards of one identity leave two entries of one name: the one that was not cancelled counts. */
static const struct till_entry *till_entry_of(const struct till *till, const struct till_entry *wanted) {
  const struct till_entry *found = NULL;
  if (till->count > 0)
    found = bsearch(wanted, till->entries, till->count, sizeof *wanted, compare_entries);
  if (found == NULL)
    return NULL;
  while (found > till->entries && compare_entries(found - 1, wanted) == 0)
    found--;
  for (const struct till_entry *each = found; each < till->entries + till->count && compare_entries(each, wanted) == 0;
       each++)
    if (found->state == JOURNAL_CANCELLED)
      found = each;
  return found;
}

static struct till_entry *till_more(struct till *till) {
  if (till->count == till->capacity) {
    size_t capacity = till->capacity == 0 ? 64 : 2 * till->capacity;
    struct till_entry *more = reallocarray(till->entries, capacity, sizeof *more);
    if (more == NULL)
      return NULL;
    till->entries = more;
    till->capacity = capacity;
  }
  return &till->entries[till->count++];
}

static enum status till_keep(struct till *till, const struct journal_entry *entry, const struct promise *promise) {
  struct till_entry *kept = till_more(till);
  if (kept == NULL)
    return STATUS_NO_MEMORY;
  *kept = (struct till_entry){.id = entry->id,
                              .atc = promise->atc,
                              .state = (uint8_t)entry->state,
                              .type = entry->type,
                              .amount = entry->amount,
                              .time = entry->time};
  memcpy(kept->cid, promise->cid, CID_SIZE);
  return STATUS_OK;
}

static struct audit_finding till_finding(const struct till *till, enum audit_kind kind) {
  struct audit_finding finding = {.kind = kind, .file = till->file};
  memcpy(finding.tid, till->tid, sizeof finding.tid);
  return finding;
}

/* ---- whose it is ---- */

/* A terminal's certificate says who it is; the ledger's row must agree. */
static void till_check_certificate(struct audit *audit, const struct till *till,
                                   const struct certificate *certificate) {
  struct ledger_terminal row;
  if (audit->ledger == NULL)
    return;
  const struct audit_finding finding = till_finding(till, AUDIT_TERMINAL);
  if (ledger_terminal_find(audit->ledger, certificate->subject, &row) != STATUS_OK) {
    finding_add(audit, &finding, SENTENCE("the ledger does not know it"));
    return;
  }
  if (memcmp(row.ecka_public, certificate->public_key, CRYPTO_P256_PUBLIC_SIZE) != 0)
    finding_add(audit, &finding, SENTENCE("the ledger has another key"));
  if (row.role != certificate->role)
    finding_add(audit, &finding, SENTENCE("the ledger has another role"));
  if (strcmp(row.merchant, certificate->merchant) != 0)
    finding_add(audit, &finding, SENTENCE("the ledger has another merchant"));
  if (memcmp(row.expiry, certificate->expiry, DATE_SIZE) != 0)
    finding_add(audit, &finding, SENTENCE("the ledger has another last day"));
}

static void till_identify(struct audit *audit, struct till *till, const char *folder) {
  char path[AUDIT_PATH_MAX];
  uint8_t *data = NULL;
  size_t len = 0;
  struct certificate certificate;
  (void)snprintf(path, sizeof path, "%.900s/" TERMINAL_CERT, folder);
  if (public_file_load(path, &data, &len) != STATUS_OK) {
    unread_add(audit, path, SENTENCE("the terminal's certificate cannot be read"));
    return;
  }
  if (certificate_decode(data, len, &certificate) != STATUS_OK ||
      !issuer_certified(audit, data, len, ROLE_TERMINAL_CA, certificate.role, &certificate)) {
    struct audit_finding finding = {.kind = AUDIT_TERMINAL, .file = name_keep(audit, path)};
    finding_add(audit, &finding, "%s", SENTENCE("the certificate is not under the master key"));
  } else {
    memcpy(till->tid, certificate.subject, TID_SIZE);
    till_check_certificate(audit, till, &certificate);
  }
  free(data);
}

/* ---- its entries ---- */

static enum status till_entry_take(struct audit *audit, struct till *till, const struct journal_entry *entry) {
  struct promise promise;
  if (till->tid[0] == 0 && entry->has_promise && promise_decode(entry->promise, PROMISE_SIZE, &promise) == STATUS_OK)
    memcpy(till->tid, promise.tid, TID_SIZE); /* a journal alone: by its first promise */
  return entry_audit(audit, till, entry, &promise) ? till_keep(till, entry, &promise) : STATUS_OK;
}

/* Numbers are given in order and never again: one that is missing was removed. */
static enum status till_entries(struct audit *audit, struct till *till, struct journal *journal,
                                const struct journal_marks *marks) {
  struct journal_entry entry = {.id = 0};
  int64_t last = 0;
  enum status status = STATUS_OK;
  for (;;) {
    status = journal_next_any(journal, last, &entry);
    bool damaged = status == STATUS_STORE_FAILED && entry.id > last;
    if (status == STATUS_OK && entry.id <= last) /* a damaged tree leads in circles */
      status = STATUS_STORE_FAILED;
    if (status != STATUS_OK && !damaged)
      break;
    const struct audit_finding gap = till_finding(till, AUDIT_JOURNAL_GAP);
    const struct audit_finding row = till_finding(till, AUDIT_JOURNAL_ROW);
    if (entry.id != last + 1)
      finding_add(audit, &gap, "%" PRId64 " removed after entry %" PRId64, entry.id - last - 1, last);
    if (till->first_time == 0)
      till->first_time = entry.time;
    last = entry.id;
    if (damaged)
      finding_add(audit, &row, "entry %" PRId64 " is damaged", entry.id);
    else if ((status = till_entry_take(audit, till, &entry)) != STATUS_OK)
      return status;
  }
  const struct audit_finding gap = till_finding(till, AUDIT_JOURNAL_GAP);
  if (status == STATUS_NOT_FOUND && last != marks->last_id)
    finding_add(audit, &gap, "%" PRId64 " removed after entry %" PRId64, marks->last_id - last, last);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Two entries of one name that both stand. Sorted. */
static void till_doubles(struct audit *audit, const struct till *till) {
  for (size_t i = 1; i < till->count; i++) {
    const struct till_entry *one = &till->entries[i - 1], *other = &till->entries[i];
    if (compare_entries(one, other) != 0 || one->state == JOURNAL_CANCELLED || other->state == JOURNAL_CANCELLED)
      continue;
    struct audit_finding finding = till_finding(till, AUDIT_JOURNAL_ROW);
    finding.of_card = true;
    finding.atc = one->atc;
    memcpy(finding.cid, one->cid, CID_SIZE);
    finding_add(audit, &finding, "entries %" PRId64 " and %" PRId64 " are of one transaction", one->id, other->id);
  }
}

/* What was booked for an entry came in a message whose number was not far below what the clock had at its beginning; of
 * a payment's the ledger notes one in TERMINAL_HEARD_SECONDS. */
static void till_sequence(struct audit *audit, const struct till *till, const struct journal_marks *marks) {
  struct ledger_terminal row;
  struct ledger_transaction booking;
  int64_t least = 0;
  if (audit->ledger == NULL || ledger_terminal_find(audit->ledger, (const uint8_t *)till->tid, &row) != STATUS_OK)
    return;
  for (size_t i = 0; i < till->count; i++)
    if (till->entries[i].time > least &&
        ledger_transaction_find(audit->ledger, till->entries[i].cid, till->entries[i].atc, &booking) == STATUS_OK)
      least = till->entries[i].time;
  const struct audit_finding finding = till_finding(till, AUDIT_SEQUENCE);
  if ((int64_t)row.last_seq > marks->last_seq)
    finding_add(audit, &finding, "the ledger took number %" PRIu64 ", the terminal's last is %" PRId64, row.last_seq,
                marks->last_seq);
  least = (least - TERMINAL_HEARD_SECONDS) * SEQ_PER_SECOND - JOURNAL_SEQ_BEHIND_MS;
  if ((int64_t)row.last_seq < least)
    finding_add(audit, &finding, "the ledger's last number is %" PRIu64 ", it booked one not below %" PRId64,
                row.last_seq, least);
}

static enum status till_read(struct audit *audit, struct till *till, const char *copy) {
  struct journal *journal = NULL;
  struct journal_marks marks = {0, 0};
  const struct audit_finding pattern = till_finding(till, AUDIT_JOURNAL_SCHEMA);
  enum status status = journal_open(copy, &journal); /* which brings one of an earlier version up to this one */
  if (status == STATUS_OK)
    status = schema_audit_journal(audit, copy, &pattern);
  if (status == STATUS_OK)
    status = journal_marks(journal, &marks);
  if (status == STATUS_OK)
    status = till_entries(audit, till, journal, &marks);
  const struct audit_finding closing = till_finding(till, AUDIT_CLOSING);
  if (status == STATUS_OK)
    status = closings_audit(audit, journal, &closing);
  journal_close(&journal);
  if (till->count > 0)
    qsort(till->entries, till->count, sizeof till->entries[0], compare_entries);
  if (status == STATUS_OK) {
    till_doubles(audit, till);
    till_sequence(audit, till, &marks);
  }
  return status;
}

static enum status till_path(struct audit *audit, const char *path) {
  char file[AUDIT_PATH_MAX], copy[AUDIT_PATH_MAX];
  struct stat facts;
  bool folder = stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
  struct till *more = reallocarray(audit->tills, audit->till_count + 1, sizeof *more);
  if (more == NULL)
    return STATUS_NO_MEMORY;
  audit->tills = more;
  struct till *till = &audit->tills[audit->till_count++];
  *till = (struct till){.count = 0};
  (void)snprintf(file, sizeof file, folder ? "%.900s/" JOURNAL_FILE : "%.900s", path);
  till->file = name_keep(audit, file);
  enum status status = snapshot_take(audit, file, "journal", copy);
  if (status == STATUS_OK) {
    audit->figures.journals++;
    if (folder)
      till_identify(audit, till, path);
    status = till_read(audit, till, copy);
  }
  if (status == STATUS_OK || status == STATUS_NO_MEMORY)
    return status;
  const char *reason = status_sentence(status);
  if (status == STATUS_LEDGER_BUSY)
    reason = SENTENCE("a terminal does not let go of it");
  if (status == STATUS_STORE_FAILED)
    reason = SENTENCE("the file is damaged or cannot be read; what stood before that was compared");
  unread_add(audit, file, reason);
  return STATUS_OK;
}

enum status till_read_all(struct audit *audit) {
  const struct audit_paths *journals = &audit->request->journals;
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < journals->count; i++)
    status = till_path(audit, journals->paths[i]);
  return status;
}

/* Whether it holds something older of that card. */
static bool till_met_before(const struct till *till, const struct till_entry *wanted) {
  for (size_t i = 0; i < till->count; i++)
    if (memcmp(till->entries[i].cid, wanted->cid, CID_SIZE) == 0 && till->entries[i].atc < wanted->atc)
      return true;
  return false;
}

const struct till *till_find(const struct audit *audit, const uint8_t tid[TID_SIZE], const uint8_t cid[CID_SIZE],
                             uint32_t atc, int64_t time, const struct till_entry **entry) {
  struct till_entry wanted = {.atc = atc};
  const struct till *reaching = NULL;
  memcpy(wanted.cid, cid, CID_SIZE);
  *entry = NULL;
  for (size_t i = 0; i < audit->till_count && *entry == NULL; i++) {
    const struct till *till = &audit->tills[i];
    if (memcmp(till->tid, tid, TID_SIZE) != 0)
      continue;
    *entry = till_entry_of(till, &wanted);
    if (*entry != NULL || (till->first_time != 0 && time >= till->first_time) || till_met_before(till, &wanted))
      reaching = till;
  }
  return reaching;
}
