/* SPDX-License-Identifier: Apache-2.0
 * What a virtual chip keeps, and what it has in hand: for src/vcard/chip*.c only. */
#ifndef EPURSE_VCARD_CHIP_STATE_H
#define EPURSE_VCARD_CHIP_STATE_H

#include "chip.h"
#include "epurse/domain_channel.h"

#define CHIP_KEY_SETS 4
#define CHIP_TRIES    10 /* wrong host cryptograms until it dies */
#define CHIP_APPLETS  4

#define CHIP_DOMAIN_AID 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00

/* Life cycle of the card (GPC v2.3.1, 11.1.1). */
#define STATE_READY       0x01
#define STATE_INITIALIZED 0x07
#define STATE_SECURED     0x0F
#define STATE_LOCKED      0x7F
#define STATE_ENDED       0xFF

struct chip_key_set {
  uint8_t version; /* 0: none; FF: as it left the factory */
  uint8_t keys[3][DOMAIN_KEY_MAX];
  uint8_t len;
};

/* Whole, as it stands in the file; only written by chip_commit. */
struct chip_memory {
  uint8_t magic[4];
  uint8_t protocol, state, tries_left, closed_mouth, framework, data_max, old_listing, keeps_keys;
  uint8_t serial[CHIP_SERIAL_SIZE];
  uint16_t memory; /* bytes free at the factory */
  uint32_t sequence;
  struct chip_key_set sets[CHIP_KEY_SETS];
  uint32_t package_size; /* 0: no package is loaded */
  struct cap_aid package, applets[CHIP_APPLETS];
  uint8_t applet_count;
  struct cap_aid instance; /* len 0: none was made */
};

struct chip {
  struct chip_memory memory;
  char *path;
  int fd;
  struct chip_applet applet;
  uint32_t fail_in;
  bool fail_after, dead; /* without power */
  bool purse_selected;
  /* The session: an update without authentication, then an open channel. */
  struct domain_channel channel;
  bool updated, open;
  /* A load in progress. */
  struct cap_aid loading;
  uint8_t *block;
  size_t block_len;
  uint8_t next_block;
  /* A listing in progress: where its next page begins. */
  size_t listed;
};

/* ---- chip_file.c ---- */
/* Writes the file whole; false: the power failed. */
bool chip_commit(struct chip *chip);

/* ---- chip_session.c ---- */
uint16_t chip_initialize_update(struct chip *chip, const struct apdu *command, struct apdu_response *response);
uint16_t chip_external_authenticate(struct chip *chip, const struct apdu *command);
uint16_t chip_put_key(struct chip *chip, const struct apdu *command, struct apdu_response *response);
uint16_t chip_delete_keys(struct chip *chip, uint8_t version);
/* The keys that it tells of, as GET DATA E0 has them. */
void chip_keys_tell(const struct chip *chip, struct apdu_response *response);
/* Ends the session. */
void chip_session_end(struct chip *chip);

/* ---- chip_content.c ---- */
uint16_t chip_get_status(struct chip *chip, const struct apdu *command, struct apdu_response *response);
uint16_t chip_delete(struct chip *chip, const struct apdu *command, struct apdu_response *response);
uint16_t chip_install(struct chip *chip, const struct apdu *command, struct apdu_response *response);
uint16_t chip_load(struct chip *chip, const struct apdu *command, struct apdu_response *response);
uint16_t chip_set_status(struct chip *chip, const struct apdu *command);

#endif
