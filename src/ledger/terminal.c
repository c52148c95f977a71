/* SPDX-License-Identifier: Apache-2.0
 * Terminals: their keys, and the window over their messages' sequence numbers. */
#include "terminal.h"

#include <string.h>

#include "epurse/certificate.h"
#include "epurse/command.h"
#include "epurse/ledger_terminal.h"
#include "store.h"

enum status terminal_brief(struct ledger *ledger, const uint8_t tid[TID_SIZE], struct terminal_brief *brief) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_BRIEF);
  query_blob(&query, tid, TID_SIZE);
  bool found = query_row(&query);
  memset(brief, 0, sizeof *brief);
  brief->number = query_read_i64(&query);
  brief->role = (uint8_t)query_read_i64(&query);
  brief->revoked = query_read_i64(&query) != 0;
  brief->merchant = query_read_i64(&query);
  brief->points_rate = (uint32_t)query_read_i64(&query);
  query_read_text(&query, brief->merchant_name, sizeof brief->merchant_name);
  query_read_blob(&query, brief->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

static bool terminal_valid(const struct ledger_terminal *terminal) {
  return tid_valid(terminal->tid) && date_valid(terminal->expiry) && terminal->role >= ROLE_POS &&
         terminal->role <= ROLE_ADMIN;
}

static enum status terminal_merchant(struct ledger *ledger, const char *id, int64_t *merchant) {
  struct query query = query_begin(ledger, QUERY_MERCHANT_ID);
  query_text(&query, id);
  bool found = query_row(&query);
  *merchant = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

static enum status terminal_insert(struct ledger *ledger, const struct ledger_terminal *terminal, int64_t merchant) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_ADD);
  query_blob(&query, terminal->tid, TID_SIZE);
  query_i64(&query, terminal->role);
  query_i64(&query, merchant);
  query_blob(&query, terminal->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  query_blob(&query, terminal->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  query_blob(&query, terminal->expiry, DATE_SIZE);
  (void)query_row(&query);
  int64_t number = query_read_i64(&query);
  enum status status = query_run(&query);
  if (status != STATUS_OK)
    return status;
  query = query_begin(ledger, QUERY_TERMINAL_WINDOW_ADD);
  query_i64(&query, number);
  return query_run(&query);
}

bool ledger_terminal_same_keys(const struct ledger_terminal *a, const struct ledger_terminal *b) {
  return memcmp(a->ecka_public, b->ecka_public, sizeof a->ecka_public) == 0 &&
         memcmp(a->sig_public, b->sig_public, sizeof a->sig_public) == 0;
}

static bool terminal_same(const struct ledger_terminal *a, const struct ledger_terminal *b) {
  return a->role == b->role && strcmp(a->merchant, b->merchant) == 0 && ledger_terminal_same_keys(a, b) &&
         memcmp(a->expiry, b->expiry, sizeof a->expiry) == 0;
}

enum status ledger_terminal_add(struct ledger *ledger, const struct ledger_terminal *terminal) {
  struct ledger_terminal known;
  int64_t merchant = 0;
  if (!terminal_valid(terminal))
    return STATUS_BAD_FORMAT;
  enum status status = ledger_terminal_find(ledger, terminal->tid, &known);
  if (status == STATUS_OK && (known.revoked || !terminal_same(&known, terminal)))
    return STATUS_EXISTS;
  if (status != STATUS_NOT_FOUND)
    return status;
  status = terminal_merchant(ledger, terminal->merchant, &merchant);
  return status == STATUS_OK ? terminal_insert(ledger, terminal, merchant) : status;
}

enum status terminal_renewal_forget(struct ledger *ledger, int64_t terminal) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_RENEWAL_FORGET);
  query_i64(&query, terminal);
  return query_run(&query);
}

enum status ledger_terminal_renew(struct ledger *ledger, const struct ledger_terminal *terminal) {
  struct terminal_brief brief;
  if (!terminal_valid(terminal))
    return STATUS_BAD_FORMAT;
  enum status status = terminal_brief(ledger, terminal->tid, &brief);
  if (status == STATUS_OK && brief.revoked)
    status = STATUS_TERMINAL_REVOKED;
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_TERMINAL_RENEW);
  query_blob(&query, terminal->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  query_blob(&query, terminal->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  query_blob(&query, terminal->expiry, DATE_SIZE);
  query_blob(&query, terminal->tid, TID_SIZE);
  status = query_run(&query);
  return status == STATUS_OK ? terminal_renewal_forget(ledger, brief.number) : status;
}

static void terminal_read(struct query *query, struct ledger_terminal *terminal) {
  memset(terminal, 0, sizeof *terminal);
  query_read_blob(query, terminal->tid, TID_SIZE);
  terminal->role = (uint8_t)query_read_i64(query);
  query_read_text(query, terminal->merchant, sizeof terminal->merchant);
  query_read_blob(query, terminal->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  query_read_blob(query, terminal->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  query_read_blob(query, terminal->expiry, DATE_SIZE);
  terminal->revoked = query_read_i64(query) != 0;
  terminal->last_seq = (uint64_t)query_read_i64(query);
}

enum status ledger_terminal_find(struct ledger *ledger, const uint8_t tid[TID_SIZE], struct ledger_terminal *terminal) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_FIND);
  query_blob(&query, tid, TID_SIZE);
  bool found = query_row(&query);
  terminal_read(&query, terminal);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status ledger_terminal_list(struct ledger *ledger, const uint8_t *after, struct ledger_terminal *terminals,
                                 size_t capacity, size_t *count) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_LIST);
  query_blob(&query, after == NULL ? (const uint8_t *)"" : after, after == NULL ? 0 : TID_SIZE);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count) {
    terminal_read(&query, &terminals[*count]);
    terminals[*count].heard_at = (int64_t)(terminals[*count].last_seq / MESSAGES_PER_SECOND);
    terminals[*count].offline = query_read_i64(&query) != 0;
  }
  return query_end(&query);
}

enum status ledger_terminal_revoke(struct ledger *ledger, const uint8_t tid[TID_SIZE]) {
  struct terminal_brief brief;
  enum status status = terminal_brief(ledger, tid, &brief);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_TERMINAL_REVOKE);
  query_blob(&query, tid, TID_SIZE);
  return query_run(&query);
}

/* ---- sequence numbers, RFC 4303 3.4.3 and appendix A2 ---- */

#define WINDOW_SIZE 64

struct window {
  int64_t terminal;
  bool revoked;
  uint64_t last, bitmap; /* bit n: last - n was seen */
};

static enum status window_read(struct ledger *ledger, const uint8_t tid[TID_SIZE], struct window *window) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_WINDOW);
  query_blob(&query, tid, TID_SIZE);
  bool found = query_row(&query);
  window->terminal = query_read_i64(&query);
  window->revoked = query_read_i64(&query) != 0;
  window->last = (uint64_t)query_read_i64(&query);
  window->bitmap = (uint64_t)query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

static bool window_take(struct window *window, uint64_t seq) {
  if (seq > window->last) {
    uint64_t ahead = seq - window->last;
    window->bitmap = ahead < WINDOW_SIZE ? window->bitmap << ahead : 0;
    window->bitmap |= 1;
    window->last = seq;
    return true;
  }
  uint64_t behind = window->last - seq;
  uint64_t bit = behind < WINDOW_SIZE ? UINT64_C(1) << behind : 0;
  if (bit == 0 || (window->bitmap & bit) != 0)
    return false;
  window->bitmap |= bit;
  return true;
}

static enum status window_write(struct ledger *ledger, const struct window *window) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_WINDOW_MOVE);
  query_i64(&query, (int64_t)window->last);
  query_i64(&query, (int64_t)window->bitmap);
  query_i64(&query, window->terminal);
  return query_run(&query);
}

static enum status terminal_accept(struct ledger *ledger, const uint8_t tid[TID_SIZE], uint64_t seq, bool proof) {
  struct window window;
  if (seq == 0 || seq > INT64_MAX)
    return STATUS_BAD_FORMAT;
  enum status status = window_read(ledger, tid, &window);
  if (status == STATUS_OK && window.revoked && !proof)
    status = STATUS_TERMINAL_REVOKED;
  if (status == STATUS_OK && !window_take(&window, seq))
    status = STATUS_REPLAYED;
  return status == STATUS_OK ? window_write(ledger, &window) : status;
}

enum status ledger_terminal_accept(struct ledger *ledger, const uint8_t tid[TID_SIZE], uint64_t seq) {
  return terminal_accept(ledger, tid, seq, false);
}

enum status ledger_terminal_accept_proof(struct ledger *ledger, const uint8_t tid[TID_SIZE], uint64_t seq) {
  return terminal_accept(ledger, tid, seq, true);
}

/* ---- payments: no number is taken ---- */

enum status ledger_terminal_check(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                  const uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE]) {
  struct terminal_brief brief;
  enum status status = terminal_brief(ledger, tid, &brief);
  if (status == STATUS_OK && !crypto_equal(brief.sig_public, sig_public, CRYPTO_P256_PUBLIC_SIZE))
    return STATUS_NOT_AUTHENTICATED;
  return status == STATUS_OK && brief.revoked ? STATUS_TERMINAL_REVOKED : status;
}

bool ledger_terminal_is_of_time(uint64_t seq, int64_t time) {
  return time <= TERMINAL_BEHIND_SECONDS || seq / MESSAGES_PER_SECOND >= (uint64_t)time - TERMINAL_BEHIND_SECONDS;
}

bool ledger_terminal_is_unheard(const struct ledger_terminal *terminal, uint64_t seq) {
  uint64_t last = terminal->last_seq;
  return last == 0 || (seq > last && seq - last >= (uint64_t)TERMINAL_HEARD_SECONDS * MESSAGES_PER_SECOND);
}

enum status ledger_terminal_hear(struct ledger *ledger, const uint8_t tid[TID_SIZE], uint64_t seq) {
  struct window window;
  if (seq == 0 || seq > INT64_MAX)
    return STATUS_BAD_FORMAT;
  enum status status = window_read(ledger, tid, &window);
  if (status != STATUS_OK || seq <= window.last)
    return status;
  (void)window_take(&window, seq);
  return window_write(ledger, &window);
}
