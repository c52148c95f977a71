/* SPDX-License-Identifier: Apache-2.0
 * Opens the driver that a specification names. */
#include "epurse/tender.h"

#include <stdlib.h>
#include <string.h>

#include "tender_driver.h"

static enum status tender_dispatch(const char *spec, const struct tender_operator *operator, struct tender * tender) {
  static const char simulator[] = "simulator:", zvt[] = "zvt:";

  if (strcmp(spec, "cash") == 0)
    return tender_open_cash(operator, tender);
  if (strcmp(spec, "manual") == 0)
    return tender_open_manual(operator, tender);
  if (strncmp(spec, simulator, sizeof simulator - 1) == 0)
    return tender_open_simulator(spec + sizeof simulator - 1, tender);
  if (strncmp(spec, zvt, sizeof zvt - 1) == 0)
    return tender_open_zvt(spec + sizeof zvt - 1, operator, tender);
  return STATUS_BAD_CONFIG;
}

enum status tender_open(const char *spec, const struct tender_operator *operator, struct tender ** tender) {
  struct tender *made = calloc(1, sizeof *made);

  *tender = NULL;
  if (made == NULL)
    return STATUS_NO_MEMORY;
  enum status status = tender_dispatch(spec, operator, made);
  if (status == STATUS_OK)
    *tender = made;
  else
    free(made);
  return status;
}

void tender_close(struct tender **tender) {
  if (*tender != NULL) {
    (*tender)->close((*tender)->context);
    free(*tender);
    *tender = NULL;
  }
}
