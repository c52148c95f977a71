/* SPDX-License-Identifier: Apache-2.0
 * Findings: kept, sorted, named. */
#include "audit.h"
#include "epurse/sentence.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name, *sentence;
} kinds[AUDIT_KINDS] = {
#define FINDING(name, sentence, action) [AUDIT_##name] = {#name, sentence},
#include "epurse/findings.def"
#undef FINDING
};

const char *audit_kind_name(enum audit_kind kind) {
  return kinds[kind].name;
}

const char *audit_kind_sentence(enum audit_kind kind) {
  return kinds[kind].sentence;
}

void finding_add(struct audit *audit, const struct audit_finding *finding, const char *format, ...) {
  va_list arguments;
  if (audit->finding_count == audit->finding_capacity) {
    size_t capacity = audit->finding_capacity == 0 ? 64 : 2 * audit->finding_capacity;
    struct audit_finding *more = reallocarray(audit->findings, capacity, sizeof *more);
    if (more == NULL) {
      audit->no_memory = true;
      return;
    }
    audit->findings = more;
    audit->finding_capacity = capacity;
  }
  struct audit_finding *kept = &audit->findings[audit->finding_count++];
  *kept = *finding;
  va_start(arguments, format);
  (void)vsnprintf(kept->detail, sizeof kept->detail, format, arguments);
  va_end(arguments);
}

void finding_of(struct audit *audit, enum audit_kind kind, const uint8_t cid[CID_SIZE], uint32_t atc,
                const char *words) {
  struct audit_finding finding = {.kind = kind, .of_card = true, .atc = atc};
  memcpy(finding.cid, cid, CID_SIZE);
  finding_add(audit, &finding, "%s", words);
}

static int compare_text(const char *a, const char *b) {
  return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int compare_findings(const void *one, const void *other) {
  const struct audit_finding *a = one, *b = other;
  int order = (a->kind > b->kind) - (a->kind < b->kind);
  if (order == 0)
    order = memcmp(a->cid, b->cid, CID_SIZE);
  if (order == 0)
    order = (a->atc > b->atc) - (a->atc < b->atc);
  if (order == 0)
    order = strcmp(a->tid, b->tid);
  if (order == 0)
    order = strcmp(a->merchant, b->merchant);
  if (order == 0)
    order = compare_text(a->file, b->file);
  return order == 0 ? strcmp(a->detail, b->detail) : order;
}

void finding_sort(struct audit *audit) {
  size_t kept = 0;
  if (audit->finding_count == 0)
    return;
  qsort(audit->findings, audit->finding_count, sizeof audit->findings[0], compare_findings);
  for (size_t i = 1; i < audit->finding_count; i++)
    if (compare_findings(&audit->findings[i], &audit->findings[kept]) != 0)
      audit->findings[++kept] = audit->findings[i];
  audit->finding_count = kept + 1;
}

void unread_add(struct audit *audit, const char *file, const char *reason) {
  struct unread *more = reallocarray(audit->unread, audit->unread_count + 1, sizeof *more);
  char *name = strdup(file);
  if (more != NULL)
    audit->unread = more;
  if (more == NULL || name == NULL) {
    audit->no_memory = true;
    free(name);
    return;
  }
  audit->unread[audit->unread_count++] = (struct unread){name, reason};
}

const char *name_keep(struct audit *audit, const char *name) {
  char **more = reallocarray(audit->names, audit->name_count + 1, sizeof *more);
  char *copy = strdup(name);
  if (more != NULL)
    audit->names = more;
  if (more == NULL || copy == NULL) {
    audit->no_memory = true;
    free(copy);
    return NULL;
  }
  audit->names[audit->name_count++] = copy;
  return copy;
}

size_t audit_count(const struct audit *audit) {
  return audit->finding_count;
}

const struct audit_finding *audit_at(const struct audit *audit, size_t index) {
  return &audit->findings[index];
}

void audit_subject(const struct audit_finding *finding, char *text, size_t capacity) {
  char cid[17], number[32] = "";
  cid_print(finding->cid, cid);
  if (finding->atc != 0)
    (void)snprintf(number, sizeof number, " transaction %u", (unsigned)finding->atc);
  if (finding->of_card)
    (void)snprintf(text, capacity, "card %s%s", cid, number);
  else if (finding->tid[0] != 0)
    (void)snprintf(text, capacity, "terminal %s", finding->tid);
  else if (finding->merchant[0] != 0)
    (void)snprintf(text, capacity, "merchant %s", finding->merchant);
  else
    (void)snprintf(text, capacity, "%s", finding->file != NULL ? finding->file : SENTENCE("ledger"));
}

bool incident_known(const struct audit *audit, enum ledger_incident_kind kind, const uint8_t cid[CID_SIZE],
                    uint32_t atc) {
  for (size_t i = 0; i < audit->incident_count; i++)
    if (audit->incidents[i].kind == kind && audit->incidents[i].atc == atc &&
        memcmp(audit->incidents[i].cid, cid, CID_SIZE) == 0)
      return true;
  return false;
}

bool finding_later(struct audit *audit, int64_t time) {
  bool later = audit->until != 0 && time > audit->until;
  audit->figures.later += later;
  audit->newer += audit->until == 0 && audit->written != 0 && time > audit->written;
  return later;
}

size_t audit_newer(const struct audit *audit, int64_t *written) {
  *written = audit->written;
  return audit->newer;
}

int64_t audit_until(const struct audit *audit) {
  return audit->until;
}
