/* SPDX-License-Identifier: Apache-2.0
 * What waits for a second administrator: kept as it was asked for, decided once. */
#include "epurse/ledger_approval.h"

#include <stdio.h>
#include <string.h>

#include "epurse/certificate.h"
#include "epurse/moment.h"
#include "store.h"
#include "terminal.h"

enum status ledger_approvals_needed(struct ledger *ledger, int64_t *needed) {
  struct query query = query_begin(ledger, QUERY_APPROVAL_RULE);
  bool found = query_row(&query);
  *needed = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_LEDGER_BROKEN : status;
}

enum status ledger_approvals_set(struct ledger *ledger, int64_t needed) {
  struct query query = query_begin(ledger, QUERY_APPROVAL_RULE_SET);
  query_i64(&query, needed);
  return query_run(&query);
}

enum status ledger_approvals_change(struct ledger *ledger, int64_t needed, int64_t approval) {
  struct query query = query_begin(ledger, QUERY_APPROVAL_RULE_CHANGE);
  query_i64(&query, needed);
  query_i64(&query, approval);
  return query_run(&query);
}

enum status ledger_approval_others(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t now, int64_t *count) {
  uint8_t moment[MOMENT_SIZE];
  struct query query = query_begin(ledger, QUERY_APPROVAL_OTHERS);
  moment_from_unix(now, moment);
  query_i64(&query, ROLE_ADMIN);
  query_blob(&query, moment, DATE_SIZE);
  query_blob(&query, tid, TID_SIZE);
  (void)query_row(&query);
  *count = query_read_i64(&query);
  return query_end(&query);
}

/* A type is a word, so that the newline says where the body begins. */
static enum status approval_hash(const struct ledger_approval_asking *asking, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  char text[LEDGER_APPROVAL_TYPE_MAX + 1 + LEDGER_APPROVAL_BODY_MAX + 1];
  int len = snprintf(text, sizeof text, "%s\n%s", asking->type, asking->body);
  return crypto_sha256((const uint8_t *)text, (size_t)len, hash) ? STATUS_OK : STATUS_CRYPTO_FAILED;
}

/* That it waits already: the answer to its asking may have been lost. */
static enum status approval_same(struct ledger *ledger, const struct ledger_approval_asking *asking, int64_t terminal,
                                 const uint8_t hash[CRYPTO_SHA256_SIZE], int64_t *number) {
  struct query query = query_begin(ledger, QUERY_APPROVAL_SAME);
  query_i64(&query, terminal);
  query_blob(&query, hash, CRYPTO_SHA256_SIZE);
  query_i64(&query, asking->now - LEDGER_APPROVAL_SECONDS);
  bool found = query_row(&query);
  *number = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

static enum status approval_add(struct ledger *ledger, const struct ledger_approval_asking *asking, int64_t terminal,
                                const uint8_t hash[CRYPTO_SHA256_SIZE], int64_t *number) {
  struct query query = query_begin(ledger, QUERY_APPROVAL_ADD);
  query_text(&query, asking->type);
  query_text(&query, asking->body);
  query_blob(&query, hash, CRYPTO_SHA256_SIZE);
  query_i64(&query, terminal);
  query_i64(&query, asking->now);
  (void)query_row(&query);
  *number = query_read_i64(&query);
  return query_run(&query);
}

enum status ledger_approval_ask(struct ledger *ledger, const struct ledger_approval_asking *asking, int64_t *number) {
  struct terminal_brief terminal;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (strlen(asking->type) > LEDGER_APPROVAL_TYPE_MAX || strlen(asking->body) > LEDGER_APPROVAL_BODY_MAX)
    return STATUS_BAD_LENGTH;
  enum status status = terminal_brief(ledger, asking->tid, &terminal);
  if (status == STATUS_OK)
    status = approval_hash(asking, hash);
  if (status != STATUS_OK)
    return status;
  status = approval_same(ledger, asking, terminal.number, hash, number);
  return status == STATUS_NOT_FOUND ? approval_add(ledger, asking, terminal.number, hash, number) : status;
}

/* What is done is what was asked for: whoever can write to the tables cannot change the one only unseen. */
static enum status approval_verify(const struct ledger_approval *approval) {
  const struct ledger_approval_asking asked = {.type = approval->type, .body = approval->body};
  uint8_t hash[CRYPTO_SHA256_SIZE];
  enum status status = approval_hash(&asked, hash);
  return status == STATUS_OK && !crypto_equal(hash, approval->hash, sizeof hash) ? STATUS_LEDGER_BROKEN : status;
}

static enum status approval_read(struct query *query, struct ledger_approval *approval) {
  memset(approval, 0, sizeof *approval);
  bool found = query_row(query);
  approval->number = query_read_i64(query);
  query_read_text(query, approval->type, sizeof approval->type);
  query_read_text(query, approval->body, sizeof approval->body);
  query_read_blob(query, approval->hash, sizeof approval->hash);
  query_read_blob(query, approval->asked_by, TID_SIZE);
  approval->asked_at = query_read_i64(query);
  approval->state = (enum ledger_approval_state)query_read_i64(query);
  query_read_blob(query, approval->decided_by, TID_SIZE);
  approval->decided_at = query_read_i64(query);
  approval->asker_revoked = query_read_i64(query) != 0;
  enum status status = query_end(query);
  if (status == STATUS_OK && !found)
    status = STATUS_NOT_FOUND;
  return status == STATUS_OK ? approval_verify(approval) : status;
}

enum status ledger_approval_find(struct ledger *ledger, int64_t number, struct ledger_approval *approval) {
  struct query query = query_begin(ledger, QUERY_APPROVAL_FIND);
  query_i64(&query, number);
  return approval_read(&query, approval);
}

enum status ledger_approval_next(struct ledger *ledger, int64_t after, bool waiting, int64_t now,
                                 struct ledger_approval *approval) {
  struct query query = query_begin(ledger, waiting ? QUERY_APPROVAL_WAITING : QUERY_APPROVAL_NEXT);
  query_i64(&query, after);
  if (waiting)
    query_i64(&query, now - LEDGER_APPROVAL_SECONDS);
  return approval_read(&query, approval);
}

bool ledger_approval_lapsed(const struct ledger_approval *approval, int64_t now) {
  return approval->state == LEDGER_APPROVAL_WAITS &&
         (approval->asker_revoked || approval->asked_at < now - LEDGER_APPROVAL_SECONDS);
}

static enum status approval_check(const struct ledger_approval *approval,
                                  const struct ledger_approval_decision *decision) {
  if (!crypto_equal(approval->hash, decision->hash, sizeof approval->hash))
    return STATUS_PROOF_MISMATCH;
  if (approval->state != LEDGER_APPROVAL_WAITS || ledger_approval_lapsed(approval, decision->now))
    return STATUS_APPROVAL_ENDED;
  bool own = memcmp(approval->asked_by, decision->tid, TID_SIZE) == 0;
  return own && decision->give ? STATUS_APPROVAL_OWN : STATUS_OK;
}

enum status ledger_approval_decide(struct ledger *ledger, const struct ledger_approval_decision *decision) {
  struct ledger_approval approval;
  struct terminal_brief terminal;
  enum status status = ledger_approval_find(ledger, decision->number, &approval);
  if (status == STATUS_OK)
    status = approval_check(&approval, decision);
  if (status == STATUS_OK)
    status = terminal_brief(ledger, decision->tid, &terminal);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_APPROVAL_DECIDE);
  query_i64(&query, decision->give ? LEDGER_APPROVAL_GIVEN : LEDGER_APPROVAL_REFUSED);
  query_i64(&query, terminal.number);
  query_i64(&query, decision->now);
  query_i64(&query, decision->number);
  return query_run(&query);
}

enum status ledger_approval_by_desk(struct ledger *ledger, int64_t number, bool *by_desk) {
  struct ledger_approval approval;
  struct terminal_brief terminal = {.role = ROLE_ADMIN};
  enum status status = ledger_approval_find(ledger, number, &approval);
  if (status == STATUS_OK)
    status = terminal_brief(ledger, approval.asked_by, &terminal);
  *by_desk = terminal.role != ROLE_ADMIN;
  return status;
}
