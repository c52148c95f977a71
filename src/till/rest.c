/* SPDX-License-Identifier: Apache-2.0
 * The till between two sales: what waits is brought in, its certificate renewed, a card that was served watched until
 * it goes. What does not get on is tried again more and more rarely. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "epurse/journal.h"
#include "epurse/moment.h"
#include "epurse/reader.h"
#include "epurse/terminal_recovery.h"
#include "epurse/terminal_renewal.h"
#include "till_state.h"

#define REST_MAX_MS (30 * 60 * 1000)        /* nothing waits, or nothing gets on */
#define CONFIRM_MS  (CONFIRM_WITHIN_MS / 2) /* a sale that follows at once is confirmed in the same message */
#define PATH_ROOM   1280

/* ---- the reader ---- */

static void health_reader(struct till *till, enum status status) {
  pthread_mutex_lock(&till->mutex);
  bool news = till->health.trouble != status && status != STATUS_NO_CARD;
  till->health.reader = status == STATUS_OK || status == STATUS_NO_CARD;
  if (status != STATUS_NO_CARD)
    till->health.trouble = status;
  pthread_mutex_unlock(&till->mutex);
  if (news)
    till_log(till, "reader", "status=%s", status_name(status));
}

enum status till_reader(struct till *till) {
  char problem[512] = "";
  if (till->reader != NULL)
    return STATUS_OK;
  enum status status = reader_open_pcsc(till->has_reader_spec ? till->reader_spec : NULL, &till->reader, problem);
  till->no_reader[0] = 0;
  if (status == STATUS_NO_READER && problem[0] != 0) /* there are some, and none is the one that is meant */
    (void)snprintf(till->no_reader, sizeof till->no_reader, "no reader matches '%.100s'; there are: %.500s",
                   till->reader_spec, problem);
  if (status == STATUS_OK && till->terminal != NULL)
    reader_limit(till->reader, till->terminal->answer_seconds);
  health_reader(till, status);
  return status;
}

void till_reader_check(struct till *till, enum status status) {
  if (till->reader == NULL || (status != STATUS_NO_READER && status != STATUS_NO_PCSCD && status != STATUS_PCSC_DENIED))
    return;
  reader_close(&till->reader);
  till->served = false;
  health_reader(till, status);
}

/* Whether the card that was served has gone. */
static void watch_card(struct till *till) {
  if (!till->served || till->reader == NULL)
    return;
  enum status status = reader_wait(till->reader, false, 0);
  till_reader_check(till, status);
  till->served = till->served && status == STATUS_TIMEOUT;
  pthread_mutex_lock(&till->mutex);
  till->health.card = till->served;
  pthread_mutex_unlock(&till->mutex);
}

/* ---- what waits ---- */

static enum status journal_open_count(struct journal *journal, unsigned *count) {
  struct journal_entry entry;
  enum status status = journal_next_open(journal, 0, &entry);
  for (*count = 0; status == STATUS_OK; ++*count)
    status = journal_next_open(journal, entry.id, &entry);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int64_t till_confirm_due(const struct till *till) {
  bool waits = till->terminal != NULL && till->terminal->later.since != 0;
  return waits ? till->terminal->later.since + CONFIRM_MS : INT64_MAX;
}

static void recover(struct till *till) {
  struct recovery recovery = {.settled = 0};
  unsigned waiting = 0;
  till->terminal->tender = till->tender;
  enum status status = terminal_recover(till->terminal, &recovery);
  till->terminal->tender = NULL;
  if (status == STATUS_OK)
    status = journal_open_count(till->terminal->journal, &waiting);
  if (status != STATUS_OK)
    till_log(till, "recovery", "status=%s", status_name(status));
  else if (recovery.settled + recovery.brought + recovery.offline.refused > 0)
    till_log(till, "recovery", "settled=%u brought=%u offline_booked=%u offline_refused=%u open=%u", recovery.settled,
             recovery.brought, recovery.offline.booked, recovery.offline.refused, waiting);
  pthread_mutex_lock(&till->mutex);
  till->health.waiting = waiting;
  pthread_mutex_unlock(&till->mutex);
  bool on = status == STATUS_OK && recovery.settled > 0 && waiting > 0;
  till->pause_ms = on ? till->options.rest_ms : waiting > 0 ? 2 * till->pause_ms : REST_MAX_MS;
}

/* ---- the certificate ---- */

static bool folder_path(const struct till *till, const char *name, char path[PATH_ROOM]) {
  int len = snprintf(path, PATH_ROOM, "%s/%s", till->facts.folder, name);
  return len > 0 && len < PATH_ROOM;
}

static int64_t time_of(const struct till *till, const char *name) {
  char path[PATH_ROOM];
  struct stat facts;
  return folder_path(till, name, path) && stat(path, &facts) == 0 ? (int64_t)facts.st_mtime : 0;
}

void till_certificate_note(struct till *till) {
  till->certificate_time = time_of(till, "terminal.cert");
}

static void reopen(struct till *till) {
  char problem[256] = "";
  till_terminals_close(till);
  enum status status = till_terminals_open(till, problem);
  till_certificate_note(till);
  pthread_mutex_lock(&till->mutex);
  till->health.trouble = status;
  pthread_mutex_unlock(&till->mutex);
  till_log(till, "terminal", "status=%s problem=\"%s\"", status_name(status), problem);
}

/* The issuer's answer lies in FOLDER/renewal-answer: one that was asked for is taken, and a wrong one tried once. */
static void renewal_answer(struct till *till) {
  char answer[PATH_ROOM], problem[256] = "";
  int64_t time = time_of(till, "renewal-answer");
  if (time == 0 || time == till->answer_time || time_of(till, "renewal/request.json") == 0 ||
      !folder_path(till, "renewal-answer", answer))
    return;
  till->answer_time = time;
  till_terminals_close(till);
  enum status status = renewal_take(till->config, answer, problem);
  if (status == STATUS_OK)
    renewal_answer_drop(till->facts.folder);
  till_log(till, "renewal", "status=%s problem=\"%s\"", status_name(status), problem);
  reopen(till);
}

/* To the back-end, and its answer back, where the issuer has signed. */
static void renewal_line(struct till *till) {
  char answer[RENEWAL_PATH_MAX];
  enum status status = renewal_bring(till->terminal, answer);
  till_log(till, "renewal", "brought=%s answered=%s", status_name(status), answer[0] != 0 ? "yes" : "no");
}

static void renewal_request(struct till *till) {
  char path[RENEWAL_PATH_MAX] = "";
  int64_t left = terminal_expires(till->terminal) - (int64_t)time(NULL);
  if (left > TERMINAL_RENEW_DAYS * SECONDS_PER_DAY || time_of(till, "renewal/request.json") != 0)
    return;
  enum status status = renewal_ask(till->terminal, path);
  till_log(till, "renewal", "status=%s request=\"%s\"", status_name(status), path);
  if (status == STATUS_OK)
    renewal_line(till);
}

static void renewal(struct till *till) {
  if (till->terminal == NULL || time_of(till, "terminal.cert") != till->certificate_time)
    reopen(till); /* somebody renewed it, or put right what was wrong */
  if (till->terminal != NULL)
    renewal_request(till);
  if (till->terminal != NULL && renewal_due(till->facts.folder))
    renewal_line(till);
  renewal_answer(till);
}

void till_rest(struct till *till) {
  int64_t now = till_now();
  watch_card(till);
  if (now >= till_confirm_due(till))
    terminal_confirm(till->terminal);
  if (till->pause_ms == 0) /* a sale has been */
    till->pause_ms = till->options.rest_ms;
  if (till->pause_ms > REST_MAX_MS)
    till->pause_ms = REST_MAX_MS;
  if (till->looked != 0 && now - till->looked < (int64_t)till->options.rest_ms)
    return;
  till->looked = now;
  renewal(till);
  if (till->terminal == NULL || (till->recovered != 0 && now - till->recovered < (int64_t)till->pause_ms))
    return;
  till->recovered = now;
  recover(till);
}
