/* SPDX-License-Identifier: Apache-2.0
 * Whether the server's clock may stand in what it signs. */
#include "clock.h"

#include "epurse/clock.h"
#include "epurse/ledger_clock.h"
#include "service.h"
#include "writer.h"

struct moving {
  int64_t now;
  struct ledger_clock clock;
};

static enum status read_step(struct ledger *ledger, void *context) {
  struct moving *moving = context;

  return ledger_clock_read(ledger, &moving->clock);
}

static enum status move_step(struct ledger *ledger, void *context) {
  struct moving *moving = context;

  return ledger_clock_move(ledger, moving->now, &moving->clock);
}

/* What the ledger says counts where it is later, or where an operator has spoken since. */
static void take(struct clock_mark *mark, const struct ledger_clock *clock) {
  bool confirmed = atomic_exchange(&mark->confirmations, clock->confirmations) != clock->confirmations;

  mark->kept = clock->at;
  if (confirmed || clock->at > mark->at)
    mark->at = clock->at;
}

enum status clock_open(struct service *service) {
  struct moving moving = {0};
  enum status status = writer_read(service->writer, read_step, &moving);

  if (status == STATUS_OK)
    take(&service->clock_mark, &moving.clock);
  return status;
}

static enum clock_doubt judge(const struct service *service, int64_t now) {
  int64_t mark = service->clock_mark.at;

  if (service->configuration.clock_strict && !service->clock_synchronised())
    return CLOCK_UNSYNCHRONISED;
  if (mark == 0)
    return CLOCK_SOUND;
  if (now < mark - CLOCK_TOLERANCE)
    return CLOCK_BEHIND;
  return now > mark + CLOCK_GAP_MAX ? CLOCK_AHEAD : CLOCK_SOUND;
}

/* Loud when it begins and when it ends, not at each request. */
static void tell(struct service *service, enum clock_doubt doubt, int64_t now) {
  static const char *const words[] = {[CLOCK_SOUND] = "sound",
                                      [CLOCK_UNSYNCHRONISED] = "unsynchronised",
                                      [CLOCK_BEHIND] = "behind",
                                      [CLOCK_AHEAD] = "ahead"};

  if (atomic_exchange(&service->clock_mark.doubt, (int)doubt) == (int)doubt)
    return;
  log_line(&service->log, doubt == CLOCK_SOUND ? LOG_INFO : LOG_ERROR, "clock",
           "state=%s code=%s now=%lld last_booking=%lld", words[doubt],
           status_name(doubt == CLOCK_SOUND ? STATUS_OK : STATUS_CLOCK_DOUBTFUL), (long long)now,
           (long long)service->clock_mark.at);
}

/* Another back-end has booked meanwhile, or an operator has confirmed. */
static enum status judge_anew(struct service *service, int64_t now, enum clock_doubt *doubt) {
  enum status status = clock_open(service);

  *doubt = judge(service, now);
  return status;
}

/* The ledger knows before anything is signed. */
static enum status move(struct service *service, int64_t now, enum clock_doubt *doubt) {
  struct moving moving = {.now = now};
  enum status status = writer_transact(service->writer, move_step, &moving);

  if (status != STATUS_OK)
    return status;
  take(&service->clock_mark, &moving.clock);
  *doubt = judge(service, now);
  return status;
}

static void advance(struct clock_mark *mark, int64_t now) {
  int64_t at = mark->at;

  while (at < now && !atomic_compare_exchange_weak(&mark->at, &at, now)) {
  }
}

static enum status look(struct service *service, int64_t now, enum clock_doubt *doubt) {
  *doubt = judge(service, now);
  enum status status = *doubt == CLOCK_BEHIND || *doubt == CLOCK_AHEAD ? judge_anew(service, now, doubt) : STATUS_OK;

  return status;
}

static enum status answer(struct service *service, int64_t now, enum clock_doubt doubt) {
  tell(service, doubt, now);
  return doubt == CLOCK_SOUND ? STATUS_OK : STATUS_CLOCK_DOUBTFUL;
}

enum status clock_look(struct service *service) {
  int64_t now = service_now(service);
  enum clock_doubt doubt;
  enum status status = look(service, now, &doubt);

  return status == STATUS_OK ? answer(service, now, doubt) : status;
}

enum status clock_check(struct service *service) {
  int64_t now = service_now(service);
  enum clock_doubt doubt;
  enum status status = look(service, now, &doubt);

  if (status == STATUS_OK && doubt == CLOCK_SOUND && now >= service->clock_mark.kept + LEDGER_CLOCK_STEP)
    status = move(service, now, &doubt);
  if (status == STATUS_OK)
    status = answer(service, now, doubt);
  if (status == STATUS_OK)
    advance(&service->clock_mark, now);
  return status;
}
