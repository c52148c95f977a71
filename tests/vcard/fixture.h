/* SPDX-License-Identifier: Apache-2.0
 * A card file in a folder of its own, and the host's half of SCP03 to a raw card, for the tests of src/vcard. */
#ifndef EPURSE_TESTS_VCARD_FIXTURE_H
#define EPURSE_TESTS_VCARD_FIXTURE_H

#include <stdint.h>

#include "epurse/securemsg.h"
#include "epurse/vcard.h"

struct bench {
  char folder[512], path[528];
  uint8_t serial[CHIP_SERIAL_SIZE], transport_key[CRYPTO_AES_KEY_SIZE];
};

/* A new folder with the file of a raw card; each aborts the test where it cannot. */
void bench_make(struct bench *bench);
void bench_remove(const struct bench *bench);

/* Opens the file and powers the card. */
struct vcard *bench_power(const struct bench *bench);

/* One command in the clear; answers the status word, 0 where the card is mute. */
uint16_t bench_send(struct vcard *vcard, const uint8_t *command, size_t len);
#define BENCH_SEND(vcard, ...) bench_send(vcard, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* SELECT, then SCP03 with the transport key. */
void bench_open_channel(const struct bench *bench, struct vcard *vcard, struct securemsg *channel);

/* GENERATE ASYMMETRIC KEY PAIR in that channel: the one command of a raw card that writes its memory. */
uint16_t bench_generate(struct vcard *vcard, struct securemsg *channel);

#endif
