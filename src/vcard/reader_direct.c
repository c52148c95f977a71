/* SPDX-License-Identifier: Apache-2.0
 * A reader whose card is a virtual one in this process, so that the terminal never sees the card and a test needs no
 * pcscd. */
#include <stdlib.h>
#include <string.h>

#include "epurse/reader.h"
#include "epurse/vcard.h"

struct direct {
  struct vcard *vcard;
  bool connected;
};

static enum status direct_reset(void *context) {
  struct direct *direct = context;
  enum status status = vcard_power_on(direct->vcard);
  direct->connected = status == STATUS_OK;
  return status;
}

/* A reader that finds the card powered leaves it so; this one cannot know who used the card before. */
static enum status direct_connect(void *context) {
  return direct_reset(context);
}

static enum status direct_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                   size_t *answer_len) {
  struct direct *direct = context;
  size_t capacity = *answer_len;
  *answer_len = 0;
  if (capacity < APDU_RESPONSE_MAX)
    return STATUS_INTERNAL; /* before the card has executed anything */
  if (!direct->connected)
    return STATUS_CARD_LOST;
  *answer_len = vcard_process(direct->vcard, command, len, answer);
  if (*answer_len > 0)
    return STATUS_OK;
  direct->connected = false; /* its power failed: as if pulled */
  return STATUS_CARD_LOST;
}

static void direct_disconnect(void *context) {
  struct direct *direct = context;
  direct->connected = false;
}

/* The card is always there; to wait for its removal is not to be taken at one's word. */
static enum status direct_wait(void *context, bool present, int seconds) {
  (void)context;
  (void)present;
  (void)seconds;
  return STATUS_OK;
}

static void direct_shutdown(void *context) {
  struct direct *direct = context;
  vcard_power_off(direct->vcard);
  free(direct);
}

enum status reader_open_direct(struct vcard *vcard, struct reader **reader) {
  *reader = calloc(1, sizeof **reader);
  struct direct *direct = calloc(1, sizeof *direct);
  if (*reader == NULL || direct == NULL) {
    free(*reader);
    free(direct);
    *reader = NULL;
    return STATUS_NO_MEMORY;
  }
  direct->vcard = vcard;
  (*reader)->context = direct;
  strcpy((*reader)->name, "virtual card in process");
  (*reader)->connect = direct_connect;
  (*reader)->transmit = direct_transmit;
  (*reader)->disconnect = direct_disconnect;
  (*reader)->reset = direct_reset;
  (*reader)->wait = direct_wait;
  (*reader)->shutdown = direct_shutdown;
  return STATUS_OK;
}
