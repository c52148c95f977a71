/* SPDX-License-Identifier: Apache-2.0
 * The closings (Z) of a journal: their numbers, their chain, and each counted again from its entries. */
#include "audit.h"

#include <inttypes.h>
#include <string.h>

#include "epurse/terminal_closing.h"

/* What was open or waiting then nobody knows any more; all else the entries say again. */
static bool closing_recounted(struct journal *journal, const struct closing *closing, const char *body) {
  static char again[JOURNAL_CLOSING_MAX];
  struct closing other = *closing;
  if (count_again(journal, closing->number, &other.count) != STATUS_OK || other.count.open.count > 0)
    return false;
  other.count.waiting = closing->count.waiting;
  other.count.open = closing->count.open;
  memcpy(other.count.open_numbers, closing->count.open_numbers, sizeof other.count.open_numbers);
  return closing_encode(&other, again, sizeof again) > 0 && strcmp(again, body) == 0;
}

/* NULL: nothing is wrong with it. */
static const char *closing_wrong(struct journal *journal, const struct journal_closing *kept, const uint8_t *previous,
                                 const char *tid) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  struct closing closing;
  if (!crypto_sha256((const uint8_t *)kept->body, strlen(kept->body), hash) ||
      !crypto_equal(hash, kept->hash, sizeof hash))
    return "it does not have its own hash";
  if (closing_decode(kept->body, &closing) != STATUS_OK)
    return "no terminal writes it so";
  if (closing.number != kept->number)
    return "it has another number";
  if (!crypto_equal(closing.previous, previous, sizeof closing.previous))
    return "it does not follow the one before it";
  if (tid[0] != 0 && strcmp(closing.tid, tid) != 0)
    return "another terminal has made it";
  return closing_recounted(journal, &closing, kept->body) ? NULL : "its entries have other sums";
}

enum status closings_audit(struct audit *audit, struct journal *journal, const struct audit_finding *pattern) {
  static struct journal_closing kept;
  struct journal_closing_marks marks;
  uint8_t previous[CRYPTO_SHA256_SIZE] = {0};
  enum status status = journal_closing_marks(journal, &marks);
  if (status != STATUS_OK)
    return status;
  if (marks.astray > 0)
    finding_add(audit, pattern, "%" PRId64 " entries are counted that are not there, or in no closing", marks.astray);
  for (int64_t number = 1; number <= marks.last_number; number++) {
    status = journal_closing_find(journal, number, &kept);
    const char *wrong = status == STATUS_NOT_FOUND ? "it was removed"
                        : status != STATUS_OK      ? "it is damaged"
                                                   : closing_wrong(journal, &kept, previous, pattern->tid);
    if (wrong != NULL)
      finding_add(audit, pattern, "closing %" PRId64 ": %s", number, wrong);
    memcpy(previous, kept.hash, sizeof previous);
  }
  return STATUS_OK;
}
