/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin audit: ledger, journals, card logs and receipts compared, off-line. */
#include <libgen.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin.h"
#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/retold.h"
#include "epurse/audit.h"
#include "epurse/key.h"
#include "epurse/moment.h"

static struct audit_paths paths_of(const struct option_texts *texts) {
  return (struct audit_paths){texts->texts, texts->count};
}

/* The issuer's certificates stand beside the master public key, unless they are named. */
static enum status certificates_default(struct admin *admin, char **folder) {
  *folder = NULL;
  if (admin->certificates.count > 0)
    return STATUS_OK;
  *folder = strdup(admin->master);
  if (*folder == NULL)
    return STATUS_NO_MEMORY;
  admin->certificates.texts[0] = dirname(*folder);
  admin->certificates.count = 1;
  return STATUS_OK;
}

/* A routine audit of last night's copy with today's journals is no alarm. */
static void newer_report(const struct admin *admin, const struct audit *audit) {
  uint8_t moment[MOMENT_SIZE];
  char text[21], local[LOCAL_TIME_MAX]; /* for the option, for the reader */
  int64_t written = 0;
  size_t newer = audit_newer(audit, &written);

  if (newer == 0)
    return;
  moment_from_unix(written, moment);
  moment_print(moment, text);
  local_time_print(moment, local);
  fprintf(
      stderr,
      translated("%s: %zu of these are of after %s, when the ledger's file was written last: if it is a copy of then, "
                 "say --until=%s\n"),
      admin->program->name, newer, local, text);
}

/* A backup says itself of when it is. */
static void backup_report(const struct admin *admin, const struct audit *audit) {
  char text[LOCAL_TIME_MAX];

  if (admin->until != NULL || audit_until(audit) == 0)
    return;
  local_time_print_unix(audit_until(audit), text);
  fprintf(stderr, translated("%s: the ledger is a backup of %s; what came later is not compared\n"),
          admin->program->name, text);
}

static enum status until_read(const struct admin *admin, int64_t *until) {
  struct tm parts = {.tm_year = 0};

  if (admin->until == NULL)
    return STATUS_OK;
  const char *end = strptime(admin->until, "%Y-%m-%dT%H:%M:%SZ", &parts);
  *until = end != NULL && *end == '\0' ? (int64_t)timegm(&parts) : 0;
  if (*until > 0)
    return STATUS_OK;
  return admin_refuse(admin, STATUS_USAGE, "--until: '%s' is no moment like 2026-05-01T12:00:00Z", admin->until);
}

static void findings_print(const struct audit *audit) {
  const struct lconv *locale = localeconv();
  const struct amount_format format = {locale->decimal_point, locale->thousands_sep};
  char until[LOCAL_TIME_MAX];
  const struct audit_speech speech = {.until = until, .words = retold_finding, .format = &format};

  local_time_print_unix(audit_until(audit), until);
  audit_print(audit, &speech, stdout);
}

static enum status audit_report(struct admin *admin, const struct audit_request *request) {
  struct audit *audit = NULL;
  char problem[256];
  enum status status = audit_run(request, &audit, problem);

  if (audit == NULL) {
    const char *why = problem[0] != '\0' ? problem : status_sentence(status);
    problem_say_with(admin->program->name, why, "%s", why);
    return status;
  }
  if (admin->json)
    admin->report = audit_json(audit);
  else
    findings_print(audit);
  newer_report(admin, audit);
  backup_report(admin, audit);
  if (status == STATUS_OK && audit_count(audit) > 0)
    status = STATUS_AUDIT_FINDINGS;
  audit_free(&audit);
  return status == STATUS_OK ? status : admin_fail(admin, NULL, status);
}

enum status admin_audit(void *context, char **arguments) {
  struct admin *admin = context;
  char *folder = NULL;

  (void)arguments;
  if (admin->ledger == NULL || admin->master == NULL)
    return admin_refuse(admin, STATUS_USAGE, "name the ledger with --ledger and the master public key with --master");
  struct audit_request request = {.ledger = admin->ledger};
  enum status status = until_read(admin, &request.until);
  if (status != STATUS_OK)
    return status;
  status = public_key_load(admin->master, request.master_public);
  if (status != STATUS_OK)
    return admin_fail(admin, admin->master, status);
  status = certificates_default(admin, &folder);
  if (status != STATUS_OK)
    return admin_fail(admin, NULL, status);
  request.certificates = paths_of(&admin->certificates);
  request.journals = paths_of(&admin->journals);
  request.card_logs = paths_of(&admin->card_logs);
  request.receipts = paths_of(&admin->receipts);
  status = audit_report(admin, &request);
  free(folder);
  return status;
}
