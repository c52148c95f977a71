/* SPDX-License-Identifier: Apache-2.0
 * What needs a person: noted in the step that meets it, written even where that step is rolled back. */
#include "incident.h"

#include <string.h>

#include "card.h"
#include "store.h"

enum status incident_note(struct ledger *ledger, const struct incident *incident) {
  if (!ledger->stepping || incident->evidence_len > LEDGER_EVIDENCE_MAX)
    return STATUS_INTERNAL;
  if (ledger->incident_count == LEDGER_INCIDENTS_MAX)
    return STATUS_NO_MEMORY;
  struct ledger_incident *kept = &ledger->incidents[ledger->incident_count++];
  memset(kept, 0, sizeof *kept);
  kept->kind = (uint8_t)incident->kind;
  card_cid(ledger, incident->card, kept->cid);
  kept->atc = incident->atc;
  kept->at = incident->at;
  if (incident->evidence_len > 0)
    memcpy(kept->evidence, incident->evidence, incident->evidence_len);
  kept->evidence_len = incident->evidence_len;
  return STATUS_OK;
}

static enum status incident_insert(struct ledger *ledger, int64_t card, const struct ledger_incident *incident) {
  struct query query = query_begin(ledger, QUERY_INCIDENT_ADD);
  query_i64(&query, incident->kind);
  query_i64(&query, card);
  query_i64(&query, incident->atc);
  /* No evidence is an empty blob, not NULL, so that the same incident stays one. */
  query_blob(&query, incident->evidence, incident->evidence_len);
  query_i64(&query, incident->at);
  return query_run(&query);
}

/* A card whose own signatures contradict each other is no longer trusted; one whose load a terminal took back is. */
static const char *incident_block_reason(uint8_t kind) {
  switch (kind) {
  case LEDGER_INCIDENT_FORK:
    return status_name(STATUS_CARD_FORKED);
  case LEDGER_INCIDENT_LATE_PROOF:
    return status_name(STATUS_LEDGER_BROKEN);
  default:
    return NULL;
  }
}

enum status incident_write(struct ledger *ledger) {
  for (size_t i = 0; i < ledger->incident_count; i++) {
    const struct ledger_incident *incident = &ledger->incidents[i];
    int64_t card = 0;
    enum status status = card_number(ledger, incident->cid, &card);
    if (status == STATUS_OK)
      status = incident_insert(ledger, card, incident);
    const char *reason = incident_block_reason(incident->kind);
    if (status == STATUS_OK && reason != NULL)
      status = card_distrust(ledger, card, reason, incident->at);
    if (status != STATUS_OK)
      return status;
  }
  return STATUS_OK;
}

enum status ledger_incident_list(struct ledger *ledger, int64_t after, struct ledger_incident *incidents,
                                 size_t capacity, size_t *count) {
  struct query query = query_begin(ledger, QUERY_INCIDENT_LIST);
  query_i64(&query, after);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count) {
    struct ledger_incident *incident = &incidents[*count];
    memset(incident, 0, sizeof *incident);
    incident->number = query_read_i64(&query);
    incident->kind = (uint8_t)query_read_i64(&query);
    card_cid(ledger, query_read_i64(&query), incident->cid);
    incident->atc = (uint32_t)query_read_i64(&query);
    incident->at = query_read_i64(&query);
    incident->evidence_len = query_read_bytes(&query, incident->evidence, sizeof incident->evidence);
  }
  return query_end(&query);
}
