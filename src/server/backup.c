/* SPDX-License-Identifier: Apache-2.0
 * On-line backups: copied in slices between two commits, then proved. */
#include "backup.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/ledger_totals.h"
#include "http/worker_pool.h"
#include "service.h"
#include "watch.h"
#include "writer.h"

#define PATH_ROOM    (CONFIGURATION_PATH_MAX + BACKUP_NAME_MAX + 2)
#define CHECK_NAME   ".ledger-check" /* no backup's name begins so */
#define SLICE_PAGES  64
#define SLICE_PAUSE  2000000 /* ns, for whoever pays */
#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

struct backup {
  struct service *service;
  pthread_mutex_t lock; /* over what follows */
  pthread_t thread;
  bool threaded; /* there is a thread to be joined */
  bool stopping;
  bool checking; /* somebody is in backup_check */
  struct backup_facts facts;
};

/* The thread's. */
struct work {
  struct backup *backup;
  char path[PATH_ROOM];
  struct ledger_backup *copy;
  struct backup_facts facts;
  bool done, asked_for; /* facts: what is told meanwhile */
};

static void tell(struct backup *backup, const struct backup_facts *facts) {
  pthread_mutex_lock(&backup->lock);
  backup->facts = *facts;
  pthread_mutex_unlock(&backup->lock);
}

void backup_facts(struct backup *backup, struct backup_facts *facts) {
  pthread_mutex_lock(&backup->lock);
  *facts = backup->facts;
  pthread_mutex_unlock(&backup->lock);
}

static bool is_stopping(void *context) {
  struct backup *backup = context;

  pthread_mutex_lock(&backup->lock);
  bool stopping = backup->stopping;
  pthread_mutex_unlock(&backup->lock);
  return stopping;
}

/* ---- between two commits, on the writer's thread ---- */

static enum status begin_step(struct ledger *ledger, void *context) {
  struct work *work = context;

  enum status status = ledger_backup_begin(ledger, work->path, &work->copy);
  if (status == STATUS_OK)
    ledger_backup_until(work->copy, is_stopping, work->backup);
  return status;
}

static enum status slice_step(struct ledger *ledger, void *context) {
  struct work *work = context;

  (void)ledger;
  return ledger_backup_step(work->copy, SLICE_PAGES, &work->done);
}

static enum status end_step(struct ledger *ledger, void *context) {
  struct work *work = context;

  (void)ledger;
  ledger_backup_end(&work->copy);
  return STATUS_OK;
}

/* ---- on the backup's own ---- */

static enum status copy_all(struct work *work) {
  static const struct timespec pause = {.tv_nsec = SLICE_PAUSE};
  struct backup *backup = work->backup;
  enum status status = writer_read(backup->service->writer, begin_step, work);

  while (status == STATUS_OK && !work->done) {
    status = is_stopping(backup) ? STATUS_CANCELLED : writer_read(backup->service->writer, slice_step, work);
    ledger_backup_progress(work->copy, &work->facts.copied, &work->facts.pages);
    if (work->asked_for)
      tell(backup, &work->facts);
    worker_pool_wait_begin();
    nanosleep(&pause, NULL);
    worker_pool_wait_end();
  }
  return status;
}

/* A copy is as good as what it was made of. */
static void note(void *context, const char *line) {
  watch_alarm(context, line);
}

static void *run(void *context) {
  struct work *work = context;
  struct backup *backup = work->backup;
  struct service *service = backup->service;
  struct backup_facts *facts = &work->facts;

  backup_facts(backup, facts);
  facts->status = copy_all(work);
  if (facts->status == STATUS_OK) {
    facts->state = BACKUP_PROVING;
    tell(backup, facts);
    facts->status = ledger_backup_finish(work->copy, &facts->copy, note, service);
  }
  (void)!writer_read(service->writer, end_step, work);
  facts->state = facts->status == STATUS_OK ? BACKUP_DONE : BACKUP_FAILED;
  facts->ended = service_now(service);
  log_line(&service->log, facts->status == STATUS_OK ? LOG_INFO : LOG_ERROR, "backup",
           "name=%s bytes=%llu postings=%llu seconds=%lld code=%s", facts->name, (unsigned long long)facts->copy.bytes,
           (unsigned long long)facts->copy.postings, (long long)(facts->ended - facts->began),
           status_name(facts->status));
  tell(backup, facts);
  free(work);
  return NULL;
}

/* ---- for the others ---- */

static bool is_name(const char *name) {
  size_t len = strlen(name);

  return len >= 1 && len <= BACKUP_NAME_MAX && strchr(NAME_LETTERS, name[0]) != NULL &&
         strspn(name, NAME_LETTERS ".-_") == len;
}

static enum status make_place(const struct configuration *configuration, const char *name, char path[PATH_ROOM]) {
  if (mkdir(configuration->backups, S_IRWXU) != 0 && errno != EEXIST)
    return STATUS_STORE_FAILED;
  snprintf(path, PATH_ROOM, "%s/%s", configuration->backups, name);
  return access(path, F_OK) == 0 ? STATUS_EXISTS : STATUS_OK;
}

/* Called with the lock; the thread before has ended. */
static enum status start(struct backup *backup, const char *name) {
  struct work *work = calloc(1, sizeof *work);

  if (work == NULL)
    return STATUS_NO_MEMORY;
  enum status status = make_place(&backup->service->configuration, name, work->path);
  if (status == STATUS_OK) {
    struct backup_facts before = backup->facts;
    work->backup = backup;
    work->asked_for = true;
    backup->facts = (struct backup_facts){.state = BACKUP_COPYING, .began = service_now(backup->service)};
    snprintf(backup->facts.name, sizeof backup->facts.name, "%s", name);
    backup->threaded = writer_thread(&backup->thread, run, work);
    status = backup->threaded ? STATUS_OK : STATUS_NO_MEMORY;
    if (!backup->threaded)
      backup->facts = before;
  }
  if (status != STATUS_OK)
    free(work);
  return status;
}

enum status backup_start(struct backup *backup, const char *name) {
  enum status status = STATUS_UNDER_WAY;

  if (!is_name(name))
    return STATUS_BAD_FORMAT;
  if (ledger_shared(writer_ledger(backup->service->writer)))
    return STATUS_BACKUP_ELSEWHERE;
  if (backup->service->configuration.backups[0] == '\0')
    return STATUS_NOT_FOUND;
  pthread_mutex_lock(&backup->lock);
  bool busy = backup->facts.state == BACKUP_COPYING || backup->facts.state == BACKUP_PROVING;
  if (busy && strcmp(backup->facts.name, name) == 0) {
    status = STATUS_OK;
  } else if (!busy) {
    if (backup->threaded) { /* it is past its last use of the lock */
      pthread_join(backup->thread, NULL);
      backup->threaded = false;
    }
    status = start(backup, name);
  }
  pthread_mutex_unlock(&backup->lock);
  return status;
}

/* ---- a check ---- */

struct checking {
  struct ledger_totals *totals;
  ledger_report *report;
  void *context;
};

/* Payments wait. */
static enum status check_step(struct ledger *ledger, void *context) {
  const struct checking *checking = context;
  enum status status = ledger_check(ledger, checking->report, checking->context);

  return status == STATUS_OK ? ledger_totals(ledger, checking->totals) : status;
}

static enum status check_copy(struct backup *backup, struct checking *checking) {
  struct work *work = calloc(1, sizeof *work);

  if (work == NULL)
    return STATUS_NO_MEMORY;
  work->backup = backup;
  enum status status = make_place(&backup->service->configuration, CHECK_NAME, work->path);
  if (status == STATUS_OK)
    status = copy_all(work);
  if (status == STATUS_OK) {
    worker_pool_wait_begin(); /* for so long nobody's place is taken, even on the only processor */
    status = ledger_backup_prove(work->copy, checking->totals, checking->report, checking->context);
    worker_pool_wait_end();
  }
  (void)!writer_read(backup->service->writer, end_step, work);
  free(work);
  return status;
}

static enum status check_shared(struct backup *backup, struct checking *checking) {
  const struct ledger_examination examination = {checking->report, checking->context, is_stopping, backup};

  worker_pool_wait_begin(); /* likewise */
  enum status status = ledger_examine(backup->service->configuration.store, &examination, checking->totals);
  worker_pool_wait_end();
  return status;
}

static enum status check_somewhere(struct backup *backup, struct checking *checking) {
  const struct configuration *configuration = &backup->service->configuration;

  if (ledger_shared(writer_ledger(backup->service->writer)))
    return check_shared(backup, checking);
  return configuration->backups[0] == '\0' ? writer_read(backup->service->writer, check_step, checking)
                                           : check_copy(backup, checking);
}

static bool checking_begin(struct backup *backup) {
  pthread_mutex_lock(&backup->lock);
  bool first = !backup->checking;
  backup->checking = true;
  pthread_mutex_unlock(&backup->lock);
  return first;
}

static void checking_end(struct backup *backup) {
  pthread_mutex_lock(&backup->lock);
  backup->checking = false;
  pthread_mutex_unlock(&backup->lock);
}

enum status backup_check(struct backup *backup, struct ledger_totals *totals, ledger_report *report, void *context) {
  struct checking checking = {totals, report, context};

  memset(totals, 0, sizeof *totals);
  if (!checking_begin(backup))
    return STATUS_UNDER_WAY;
  enum status status = check_somewhere(backup, &checking);
  checking_end(backup);
  return status;
}

/* What a check leaves when its server is killed has nobody's name, and is as large as the ledger. */
static void discard_left(const struct service *service) {
  char path[PATH_ROOM];

  if (service->configuration.backups[0] == '\0' || ledger_shared(writer_ledger(service->writer)))
    return;
  snprintf(path, sizeof path, "%s/%s", service->configuration.backups, CHECK_NAME);
  ledger_backup_discard(path);
}

enum status backup_open(struct service *service, struct backup **backup) {
  struct backup *made = calloc(1, sizeof *made);

  *backup = NULL;
  if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
    free(made);
    return STATUS_NO_MEMORY;
  }
  made->service = service;
  discard_left(service);
  *backup = made;
  return STATUS_OK;
}

void backup_stop(struct backup *backup) {
  pthread_mutex_lock(&backup->lock);
  backup->stopping = true;
  pthread_mutex_unlock(&backup->lock);
}

void backup_close(struct backup **backup) {
  struct backup *closing = *backup;

  if (closing == NULL)
    return;
  backup_stop(closing);
  if (closing->threaded)
    pthread_join(closing->thread, NULL);
  pthread_mutex_destroy(&closing->lock);
  free(closing);
  *backup = NULL;
}
