/* SPDX-License-Identifier: Apache-2.0
 * Connecting to a card: tried again for a card that bounces, one that is busy, and a restarted pcscd. */
#include "reader_pcsc.h"

#define MUTE_TRIES   3
#define MUTE_PAUSE   200 /* milliseconds: a card still bouncing in the contacts, or on its way out */
#define BUSY_PAUSE   100
#define RESTARTS_MAX 2

static enum status pcsc_connect_status(LONG code) {
  if (code == SCARD_E_TIMEOUT)
    return STATUS_READER_BUSY;
  enum status status = pcsc_status(code);
  return status == STATUS_CARD_LOST ? STATUS_NO_CARD : status;
}

/* A card that is being pulled fails like a mute one, or like a foreign one whose protocol cannot be agreed upon. */
static bool is_unsure(LONG code) {
  enum status status = pcsc_status(code);
  return status == STATUS_CARD_MUTE || status == STATUS_NOT_OUR_CARD;
}

enum status pcsc_connect(void *context) {
  struct pcsc *pcsc = context;
  int64_t give_up = pcsc_now() + pcsc->patience;
  int mute = 0, restarts = 0;

  for (;;) {
    enum status status = pcsc_establish(pcsc);
    if (status != STATUS_OK)
      return status;
    LONG code = pcsc_call_connect(pcsc);
    if (pcsc_service_lost(code) && ++restarts <= RESTARTS_MAX)
      pcsc_release(pcsc);
    else if (is_unsure(code) && ++mute < MUTE_TRIES)
      pcsc_pause(MUTE_PAUSE);
    else if (code == SCARD_E_SHARING_VIOLATION && pcsc_now() < give_up)
      pcsc_pause(BUSY_PAUSE);
    else
      return pcsc_connect_status(code);
  }
}
