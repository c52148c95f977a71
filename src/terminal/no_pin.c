/* SPDX-License-Identifier: Apache-2.0
 * What the issuer's cards may pay without a PIN, in the terminal's folder. It only decides whether the card is asked
 * first: the card itself says whether it pays so. */
#include "no_pin.h"

#include <inttypes.h>
#include <stdio.h>

#include "epurse/amount.h"
#include "epurse/terminal.h"
#include "identity.h"

#define NO_PIN_FILE  "no-pin-single"
#define NO_PIN_FRESH "no-pin-single.new"

void no_pin_load(struct terminal *terminal) {
  char path[IDENTITY_PATH_MAX];
  uint32_t single = 0;
  terminal->no_pin_single = 0;
  FILE *file = identity_path(terminal->folder, NO_PIN_FILE, path) == STATUS_OK ? fopen(path, "re") : NULL;
  if (file == NULL)
    return;
  if (fscanf(file, "%10" SCNu32, &single) == 1 && single <= AMOUNT_MAX_ON_CARD)
    terminal->no_pin_single = single;
  (void)fclose(file);
}

void no_pin_learn(struct terminal *terminal, int64_t single) {
  char path[IDENTITY_PATH_MAX], fresh[IDENTITY_PATH_MAX];
  if (single == (int64_t)terminal->no_pin_single || single < 0 || single > AMOUNT_MAX_ON_CARD)
    return;
  terminal->no_pin_single = (uint32_t)single;
  if (identity_path(terminal->folder, NO_PIN_FILE, path) != STATUS_OK ||
      identity_path(terminal->folder, NO_PIN_FRESH, fresh) != STATUS_OK)
    return;
  FILE *file = fopen(fresh, "we");
  if (file == NULL)
    return;
  bool written = fprintf(file, "%" PRIu32 "\n", terminal->no_pin_single) > 0;
  written = fclose(file) == 0 && written;
  if (!written || rename(fresh, path) != 0)
    (void)remove(fresh);
}
