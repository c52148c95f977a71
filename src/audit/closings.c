/* SPDX-License-Identifier: Apache-2.0
 * The closings (Z) and shifts of a journal: their numbers, their chains, and each counted again from its entries. */
#include "audit.h"

#include <inttypes.h>
#include <string.h>

#include "epurse/sentence.h"
#include "epurse/terminal_closing.h"

/* What was open or waiting then nobody knows any more; all else the entries say again. */
static bool closing_recounted(struct journal *journal, const struct closing *closing, const char *body) {
  static char again[JOURNAL_CLOSING_MAX];
  struct closing other = *closing;
  if (count_again(journal, closing->chain, closing->number, &other.count) != STATUS_OK || other.count.open.count > 0)
    return false;
  other.count.waiting = closing->count.waiting;
  other.count.open = closing->count.open;
  memcpy(other.count.open_numbers, closing->count.open_numbers, sizeof other.count.open_numbers);
  return closing_encode(&other, again, sizeof again) > 0 && strcmp(again, body) == 0;
}

/* Whether a shift says what was written down as it began. */
static bool begun_agrees(struct journal *journal, const struct closing *shift) {
  struct journal_shift begun;
  return journal_shift_find(journal, shift->number, &begun) == STATUS_OK && begun.begun == shift->begun &&
         begun.drawer_float == shift->drawer_float && strcmp(begun.cashier, shift->begun_by) == 0;
}

/* Whether a closing names the shifts behind those of the one before, and the last by its hash. */
static bool shifts_follow(struct journal *journal, const struct closing *closing, int64_t shifts_before) {
  static struct journal_closing shift;
  if (closing->shifts_last == 0)
    return shifts_before == 0;
  return closing->shifts_after == shifts_before && closing->shifts_last >= shifts_before &&
         journal_closing_find(journal, JOURNAL_SHIFTS, closing->shifts_last, &shift) == STATUS_OK &&
         crypto_equal(shift.hash, closing->shifts_hash, sizeof closing->shifts_hash);
}

/* What stands before the one that is looked at. */
struct before {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  int64_t shifts; /* the last that a closing has named */
};

/* NULL: nothing is wrong with it. */
static const char *closing_wrong(struct journal *journal, enum journal_chain chain, const struct journal_closing *kept,
                                 struct before *before, const char *tid) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  struct closing closing;
  if (!crypto_sha256((const uint8_t *)kept->body, strlen(kept->body), hash) ||
      !crypto_equal(hash, kept->hash, sizeof hash))
    return SENTENCE("it does not have its own hash");
  if (closing_decode(kept->body, &closing) != STATUS_OK || closing.chain != chain)
    return SENTENCE("no terminal writes it so");
  const int64_t shifts = before->shifts;
  before->shifts = closing.shifts_last;
  if (closing.number != kept->number)
    return SENTENCE("it has another number");
  if (!crypto_equal(closing.previous, before->hash, sizeof closing.previous))
    return SENTENCE("it does not follow the one before it");
  if (tid[0] != 0 && strcmp(closing.tid, tid) != 0)
    return SENTENCE("another terminal has made it");
  if (chain == JOURNAL_SHIFTS && !begun_agrees(journal, &closing))
    return SENTENCE("it has begun otherwise");
  if (chain == JOURNAL_CLOSINGS && !shifts_follow(journal, &closing, shifts))
    return SENTENCE("its shifts are other ones");
  return closing_recounted(journal, &closing, kept->body) ? NULL : SENTENCE("its entries have other sums");
}

static enum status chain_audit(struct audit *audit, struct journal *journal, enum journal_chain chain,
                               const struct audit_finding *pattern) {
  static struct journal_closing kept;
  struct journal_closing_marks marks;
  struct before before = {.shifts = 0};
  enum status status = journal_closing_marks(journal, chain, &marks);
  if (status != STATUS_OK)
    return status;
  if (marks.astray > 0)
    finding_add(audit, pattern,
                chain == JOURNAL_SHIFTS ? "%" PRId64 " entries are counted that are not there, or in no shift"
                                        : "%" PRId64 " entries are counted that are not there, or in no closing",
                marks.astray);
  for (int64_t number = 1; number <= marks.last_number; number++) {
    status = journal_closing_find(journal, chain, number, &kept);
    const char *wrong = status == STATUS_NOT_FOUND ? SENTENCE("it was removed")
                        : status != STATUS_OK      ? SENTENCE("it is damaged")
                                                   : closing_wrong(journal, chain, &kept, &before, pattern->tid);
    if (wrong != NULL)
      finding_add(audit, pattern, chain == JOURNAL_SHIFTS ? "shift %" PRId64 ": %s" : "closing %" PRId64 ": %s", number,
                  wrong);
    memcpy(before.hash, kept.hash, sizeof before.hash);
  }
  return STATUS_OK;
}

enum status closings_audit(struct audit *audit, struct journal *journal, const struct audit_finding *pattern) {
  enum status status = chain_audit(audit, journal, JOURNAL_CLOSINGS, pattern);
  return status == STATUS_OK ? chain_audit(audit, journal, JOURNAL_SHIFTS, pattern) : status;
}
