/* SPDX-License-Identifier: Apache-2.0
 * The virtual card in vsmartcard's reader: a client of its driver vpcd, which pcscd loads. */
#ifndef EPURSE_VPCD_H
#define EPURSE_VPCD_H

#include <stdbool.h>

#include "epurse/status.h"

struct vcard;

#define VPCD_HOST "127.0.0.1"
#define VPCD_PORT "35963" /* 0x8C7B, vpcd's own default: the first slot; the second is one higher */

/* A card on its way in, or in the reader. Opaque. */
struct vpcd;

struct vpcd_settings {
  const char *host, *port; /* borrowed until vpcd_new returns */
  int wake_fd;             /* vpcd_serve returns when this can be read; -1: none */
  /* Called when the reader first asks for the card, and when it is out again; NULL: nobody cares. */
  void (*notice)(void *context, bool inserted);
  void *context;
};

/* Prepares; connects nowhere yet. `vcard` is borrowed. STATUS_NO_MEMORY; STATUS_NO_READER: there is no such host. */
enum status vpcd_new(struct vcard *vcard, const struct vpcd_settings *settings, struct vpcd **vpcd) EPURSE_MUST_USE;

/* Connects, as often as it takes, and answers what the reader sends: power, reset, ATR, APDUs. A card that falls mute
 * leaves the reader and comes back after a moment. Returns STATUS_CANCELLED only, when wake_fd can be read; the card
 * stays where it is, and the next call goes on. */
enum status vpcd_serve(struct vpcd *vpcd) EPURSE_MUST_USE;

/* Pulls the card out, waits until the reader has seen it go (a second at most), releases everything; *vpcd becomes
 * NULL. NULL is fine. */
void vpcd_free(struct vpcd **vpcd);

#endif
