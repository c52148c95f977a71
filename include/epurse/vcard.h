/* SPDX-License-Identifier: Apache-2.0
 * The virtual card: card core, a file for its memory, counting and fault injection; behind vpcd or in process. The one
 * place where card and host meet. */
#ifndef EPURSE_VCARD_H
#define EPURSE_VCARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "epurse/apdu.h"
#include "epurse/card.h"
#include "epurse/crypto.h"
#include "epurse/status.h"

struct reader;
struct vcard; /* opaque: a card_port on a file, a struct card, tallies */

/* Makes the file of a raw card, mode 0600; never over an existing one. STATUS_EXISTS, STATUS_STORE_FAILED. */
enum status vcard_create(const char *path, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                         const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) EPURSE_MUST_USE;
/* Makes the file of a factory-fresh chip, with no purse in it: its issuer security domain has the published keys and
 * speaks SCP02 (2) or SCP03 (3). What is installed in it stands in FILE.purse. Statuses as above. */
enum status vcard_create_fresh(const char *path, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                               uint8_t protocol) EPURSE_MUST_USE;
/* Opens it, alone (flock). STATUS_NOT_FOUND, STATUS_BAD_FORMAT (damaged beyond its spare copy), STATUS_READER_BUSY. */
enum status vcard_open(const char *path, struct vcard **vcard) EPURSE_MUST_USE;
/* Closes its file, wipes and frees; *vcard becomes NULL. NULL is fine. What was committed stays. */
void vcard_close(struct vcard **vcard);

/* Power and APDUs, as a reader gives them. vcard_process answers the length of the answer; 0: mute. */
enum status vcard_power_on(struct vcard *vcard) EPURSE_MUST_USE;
/* Power fails: sessions are gone, and what was written without a commit. */
void vcard_power_off(struct vcard *vcard);
/* One command of len bytes; the power is on, else it is mute. */
size_t vcard_process(struct vcard *vcard, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]);

/* What the card did since it was opened or the tally reset: cryptography, writes and commits of its memory, bytes of
 * APDUs. */
struct vcard_tally {
  struct crypto_tally crypto;
  uint32_t commands, writes, commits, bytes_in, bytes_out;
};
/* Copies the sums. */
void vcard_tally(const struct vcard *vcard, struct vcard_tally *tally);
/* Sets them to 0. */
void vcard_tally_reset(struct vcard *vcard);
/* Writes them for people, column by column. */
void vcard_tally_print(const struct vcard *vcard, FILE *out); /* a table, one line per command */

/* Whether there is a purse on it: not on a chip as its factory sells it. */
bool vcard_has_purse(const struct vcard *vcard);
/* What it holds, without secrets, for `epurse-card show`; all zeros without a purse. */
const struct card_memory *vcard_memory(const struct vcard *vcard);

/* Fault injection: power fails at the n-th port write or commit from now on (1: the next; 0: never), before it takes
 * effect or after it did; the card is mute until vcard_power_on. */
void vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after);

/* A reader whose card is this one, in process; `vcard` is borrowed. STATUS_NO_MEMORY. */
enum status reader_open_direct(struct vcard *vcard, struct reader **reader) EPURSE_MUST_USE;

#endif
