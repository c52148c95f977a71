/* SPDX-License-Identifier: Apache-2.0
 * The chip under a factory-fresh virtual card: an issuer security domain that takes new keys and an applet, and refuses
 * what real ones refuse (GPC v2.3.1 chapter 11). What its applet is, whatever the CAP file's bytecode says, is up to
 * who opens it. Its persistent state is a file of its own. */
#ifndef EPURSE_VCARD_CHIP_H
#define EPURSE_VCARD_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/apdu.h"
#include "epurse/cap.h"
#include "epurse/number.h"
#include "epurse/status.h"

struct chip;

/* How it left the factory. */
struct chip_kind {
  uint8_t protocol;                 /* 2: SCP02 i=55; 3: SCP03 i=70 */
  uint8_t serial[CHIP_SERIAL_SIZE]; /* also in CPLC */
  bool closed_mouth;                /* GET DATA answers 6985 before authentication, as some cards do without contacts */
  uint16_t memory;                  /* bytes free for packages; 0: 60,000 */
  uint8_t data_max;                 /* data bytes that a command may carry, as 9F65 tells; 0: 255 */
  uint8_t state;                    /* life cycle of the card; 0: OP_READY */
  bool old_listing;                 /* GET STATUS knows the form without tags alone, as with GlobalPlatform 2.1.1 */
  uint8_t factory_kvn;              /* version of the published keys; 0: FF, which goes when the first own set comes */
  bool keeps_keys;                  /* DELETE takes no key set away */
  uint8_t framework;                /* highest minor of javacard.framework it has; 0: 5, 3.0.4's */
};

/* What runs on it: told before the chip's own file says so, and answering with a status word; SW_OK: it is done. */
struct chip_applet {
  void *context;
  /* A package was loaded: `load_file` is C4, length, components. NULL: any will do. */
  uint16_t (*load)(void *context, const uint8_t *load_file, size_t len);
  /* INSTALL [for install] of an instance: the applet's own parameters (what C9 holds). */
  uint16_t (*install)(void *context, const struct cap_aid *instance, const uint8_t *parameters, size_t len);
  /* The instance is deleted. */
  uint16_t (*remove)(void *context);
};

/* Makes the file of a chip with the published keys 40..4F, mode 0600; never over an existing one. STATUS_EXISTS,
 * STATUS_STORE_FAILED. */
enum status chip_create(const char *path, const struct chip_kind *kind) EPURSE_MUST_USE;
/* Whether a file is a chip's. */
bool chip_is(const char *path);
/* Opens and locks it. STATUS_NOT_FOUND; BAD_FORMAT: it is no chip's file; READER_BUSY. */
enum status chip_open(const char *path, const struct chip_applet *applet, struct chip **chip) EPURSE_MUST_USE;
/* Wipes and frees. NULL is fine. */
void chip_close(struct chip **chip);

/* A reset: sessions end, a load in progress is forgotten. */
void chip_power_on(struct chip *chip);
/* Whether the purse is selected, so that the command is its. */
bool chip_purse_is_selected(const struct chip *chip);
/* A command for the domain; false: it is the purse's (the SELECT that chose it, too). *mute: no answer will come. */
bool chip_process(struct chip *chip, const struct apdu *command, struct apdu_response *response, bool *mute);

/* Power fails at the n-th write of the chip's file from now on (1: the next), before or after it. 0: never. */
void chip_fail_at(struct chip *chip, uint32_t nth, bool after);

#endif
