/* SPDX-License-Identifier: Apache-2.0
 * Terminals' requests for their next certificates: one of each terminal, until it works with the keys it asked for. */
#include "epurse/ledger_terminal_renewal.h"

#include <string.h>

#include "epurse/ledger_terminal.h"
#include "store.h"
#include "terminal.h"

static enum status renewal_read(struct query *query, struct ledger_terminal_renewal *renewal) {
  bool found = query_row(query);
  query_read_blob(query, renewal->tid, TID_SIZE);
  query_read_blob(query, renewal->ecka_public, sizeof renewal->ecka_public);
  query_read_blob(query, renewal->sig_public, sizeof renewal->sig_public);
  query_read_text(query, renewal->request, sizeof renewal->request);
  renewal->asked_at = query_read_i64(query);
  query_read_blob(query, renewal->expiry, sizeof renewal->expiry);
  query_read_text(query, renewal->answer, sizeof renewal->answer);
  enum status status = query_end(query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

static enum status renewal_find(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                struct ledger_terminal_renewal *renewal) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_RENEWAL_FIND);
  query_blob(&query, tid, TID_SIZE);
  return renewal_read(&query, renewal);
}

/* Who asks, or is answered, is a terminal that is still one. */
static enum status terminal_number(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t *number) {
  struct terminal_brief brief;
  enum status status = terminal_brief(ledger, tid, &brief);
  *number = brief.number;
  return status == STATUS_OK && brief.revoked ? STATUS_TERMINAL_REVOKED : status;
}

static enum status renewal_add(struct ledger *ledger, int64_t terminal, const struct ledger_terminal_renewal *renewal) {
  enum status status = terminal_renewal_forget(ledger, terminal);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_TERMINAL_RENEWAL_ADD);
  query_i64(&query, terminal);
  query_blob(&query, renewal->ecka_public, sizeof renewal->ecka_public);
  query_blob(&query, renewal->sig_public, sizeof renewal->sig_public);
  query_text(&query, renewal->request);
  query_i64(&query, renewal->asked_at);
  return query_run(&query);
}

enum status ledger_terminal_renewal_ask(struct ledger *ledger, struct ledger_terminal_renewal *renewal) {
  struct ledger_terminal_renewal known;
  int64_t terminal = 0;
  enum status status = terminal_number(ledger, renewal->tid, &terminal);
  if (status != STATUS_OK)
    return status;
  status = renewal_find(ledger, renewal->tid, &known);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND)
    return status;
  if (status == STATUS_OK && memcmp(known.sig_public, renewal->sig_public, sizeof known.sig_public) == 0 &&
      memcmp(known.ecka_public, renewal->ecka_public, sizeof known.ecka_public) == 0) {
    *renewal = known;
    return STATUS_OK;
  }
  renewal->answer[0] = '\0';
  return renewal_add(ledger, terminal, renewal);
}

enum status ledger_terminal_renewal_next(struct ledger *ledger, const uint8_t *after,
                                         struct ledger_terminal_renewal *renewal) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_RENEWAL_NEXT);
  query_blob(&query, after == NULL ? (const uint8_t *)"" : after, after == NULL ? 0 : TID_SIZE);
  return renewal_read(&query, renewal);
}

enum status ledger_terminal_renewal_answer(struct ledger *ledger, const struct ledger_terminal_renewal *renewal) {
  struct ledger_terminal_renewal known;
  int64_t terminal = 0;
  enum status status = terminal_number(ledger, renewal->tid, &terminal);
  if (status == STATUS_OK)
    status = renewal_find(ledger, renewal->tid, &known);
  if (status == STATUS_OK && memcmp(known.sig_public, renewal->sig_public, sizeof known.sig_public) != 0)
    status = STATUS_NOT_FOUND;
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_TERMINAL_RENEWAL_ANSWER);
  query_blob(&query, renewal->expiry, sizeof renewal->expiry);
  query_text(&query, renewal->answer);
  query_i64(&query, terminal);
  return query_run(&query);
}

/* What a terminal that comes with that key may be: one with an answer, or, *taken, one that has had it. */
static enum status answer_find(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                               const uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE], struct ledger_terminal *terminal,
                               struct ledger_terminal_renewal *renewal, bool *taken) {
  enum status status = ledger_terminal_find(ledger, tid, terminal);
  *taken = status == STATUS_OK && memcmp(terminal->sig_public, sig_public, sizeof terminal->sig_public) == 0;
  if (status != STATUS_OK || *taken)
    return status;
  status = renewal_find(ledger, tid, renewal);
  if (status == STATUS_OK &&
      (renewal->answer[0] == '\0' || memcmp(renewal->sig_public, sig_public, sizeof renewal->sig_public) != 0))
    status = STATUS_NOT_FOUND;
  return status;
}

enum status ledger_terminal_renewal_answered(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                             const uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE]) {
  struct ledger_terminal_renewal renewal;
  struct ledger_terminal terminal;
  bool taken = false;
  return answer_find(ledger, tid, sig_public, &terminal, &renewal, &taken);
}

enum status ledger_terminal_renewal_take(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                         const uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE]) {
  struct ledger_terminal_renewal renewal;
  struct ledger_terminal terminal;
  bool taken = false;
  enum status status = answer_find(ledger, tid, sig_public, &terminal, &renewal, &taken);
  if (status != STATUS_OK || taken)
    return status;
  memcpy(terminal.ecka_public, renewal.ecka_public, sizeof terminal.ecka_public);
  memcpy(terminal.sig_public, renewal.sig_public, sizeof terminal.sig_public);
  memcpy(terminal.expiry, renewal.expiry, sizeof terminal.expiry);
  return ledger_terminal_renew(ledger, &terminal);
}
