/* SPDX-License-Identifier: Apache-2.0
 * The audit from beginning to end. */
#include "audit.h"
#include "epurse/sentence.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The ledger's incidents, in memory: what they tell is known, and not found a second time. */
static enum status run_incidents(struct audit *audit) {
  size_t count = 0;
  int64_t after = 0;
  enum status status = STATUS_OK;
  do {
    size_t room = audit->incident_count + AUDIT_PAGE;
    struct ledger_incident *more = reallocarray(audit->incidents, room, sizeof *more);
    if (more == NULL)
      return STATUS_NO_MEMORY;
    audit->incidents = more;
    status = ledger_incident_list(audit->ledger, after, more + audit->incident_count, AUDIT_PAGE, &count);
    audit->incident_count += status == STATUS_OK ? count : 0;
    if (status == STATUS_OK && count > 0) {
      int64_t last = audit->incidents[audit->incident_count - 1].number;
      status = last > after ? STATUS_OK : STATUS_LEDGER_BROKEN; /* a damaged tree leads in circles */
      after = last;
    }
  } while (status == STATUS_OK && count == AUDIT_PAGE);
  return status;
}

/* The place of a ledger in a file, or NULL: then it is opened where it is. */
static const char *ledger_file(const char *url) {
  static const char scheme[] = "sqlite:";
  if (strncmp(url, scheme, strlen(scheme)) == 0)
    return url + strlen(scheme);
  return strncmp(url, "postgresql:", strlen("postgresql:")) == 0 ? NULL : url;
}

/* A ledger that this program cannot have left like that is a finding, and the rest is compared without it. */
static enum status run_open(struct audit *audit, const char *place) {
  const struct audit_finding finding = {.kind = AUDIT_SCHEMA};
  enum status status = ledger_open(place, &audit->ledger);
  if (status == STATUS_OK)
    status = ledger_settings(audit->ledger, &audit->settings);
  if (status == STATUS_OK)
    status = run_incidents(audit);
  if (status == STATUS_OK)
    return STATUS_OK;
  if (status == STATUS_OLD_SCHEMA)
    finding_add(audit, &finding, SENTENCE("it says that it is of another version; not audited further"));
  else if (status == STATUS_BAD_FORMAT || status == STATUS_LEDGER_BROKEN)
    finding_add(audit, &finding, SENTENCE("it cannot be opened as a ledger; not audited further"));
  else
    return status;
  ledger_close(&audit->ledger);
  return STATUS_OK;
}

static enum status run_ledger(struct audit *audit) {
  const struct audit_finding pattern = {.kind = AUDIT_SCHEMA};
  const char *file = ledger_file(audit->request->ledger);
  char copy[AUDIT_PATH_MAX];
  char log[AUDIT_PATH_MAX];
  struct stat facts;
  if (file == NULL)
    return run_open(audit, audit->request->ledger);
  if (stat(file, &facts) == 0)
    audit->written = (int64_t)facts.st_mtime;
  (void)snprintf(log, sizeof log, "%.1000s-wal", file);
  if (stat(log, &facts) == 0 && facts.st_mtime > audit->written)
    audit->written = (int64_t)facts.st_mtime;
  enum status status = snapshot_take(audit, file, "ledger", copy);
  if (status == STATUS_OK)
    status = schema_audit_ledger(audit, copy, &pattern);
  if (audit->until == 0 && audit->backup_at != 0) /* within its own second some things came after it */
    audit->until = audit->backup_at - 1;
  return status == STATUS_OK ? run_open(audit, copy) : status;
}

static enum status run_all(struct audit *audit, char problem[256]) {
  const struct audit_request *request = audit->request;
  const char *at = request->ledger;
  enum status status = issuer_read(audit);
  if (status == STATUS_BAD_CERTIFICATE) {
    (void)snprintf(problem, 256,
                   SENTENCE("no certificates of card CA and server under this master key; name their folder"));
    return status;
  }
  if (status == STATUS_OK)
    status = snapshot_begin(audit);
  if (status == STATUS_OK)
    status = run_ledger(audit);
  if (status == STATUS_OK)
    status = till_read_all(audit);
  if (status == STATUS_OK && audit->ledger != NULL)
    status = book_audit(audit);
  if (status == STATUS_OK)
    status = paths_walk(audit, &request->card_logs, ".json", card_log_audit);
  if (status == STATUS_OK)
    status = paths_walk(audit, &request->receipts, ".receipt", receipt_audit);
  if (status == STATUS_OK && audit->no_memory)
    status = STATUS_NO_MEMORY;
  if (status != STATUS_OK)
    (void)snprintf(problem, 256, "%.150s: %.100s", at, status_sentence(status));
  return status;
}

enum status audit_run(const struct audit_request *request, struct audit **out, char problem[256]) {
  struct audit *audit = calloc(1, sizeof *audit);
  problem[0] = '\0';
  *out = NULL;
  if (audit == NULL)
    return STATUS_NO_MEMORY;
  audit->request = request;
  audit->until = request->until;
  enum status status = run_all(audit, problem);
  ledger_close(&audit->ledger);
  snapshot_end(audit);
  audit->request = NULL;
  if (status != STATUS_OK) {
    audit_free(&audit);
    return status;
  }
  finding_sort(audit);
  *out = audit;
  return audit->unread_count == 0 ? STATUS_OK : STATUS_AUDIT_INCOMPLETE;
}

void audit_free(struct audit **audit) {
  struct audit *old = *audit;
  *audit = NULL;
  if (old == NULL)
    return;
  for (size_t i = 0; i < old->till_count; i++)
    till_free(&old->tills[i]);
  for (size_t i = 0; i < old->unread_count; i++)
    free(old->unread[i].file);
  for (size_t i = 0; i < old->name_count; i++)
    free(old->names[i]);
  free(old->tills);
  free(old->unread);
  free(old->names);
  free(old->keys);
  free(old->incidents);
  free(old->findings);
  free(old);
}
