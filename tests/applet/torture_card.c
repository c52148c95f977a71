/* SPDX-License-Identifier: Apache-2.0
 * The applet behind the virtual card's file, for the torture engine (--wrap of the core's functions, and of what arms
 * and counts its writes): it is torn at its own writes, and what it holds then is in the file. APPLET_BRIDGE starts the
 * bridge. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/vcard.h"
#include "system/torture.h"

#include "line.h"

#define SESSION_SIZE         12
#define WITHOUT_TRANSACTIONS 8 /* a flag of the bridge */

bool __real_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]);
bool __wrap_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]);
bool __wrap_card_power_on(struct card *card, const struct card_port *port);
size_t __wrap_card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]);
enum status __real_vcard_open(const char *path, struct vcard **vcard);
enum status __wrap_vcard_open(const char *path, struct vcard **vcard);
void __wrap_vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after);
void __wrap_vcard_tally(const struct vcard *vcard, struct vcard_tally *tally);

const bool torture_apart = true; /* each counts the applet's steps for itself */

/* What an order brought back. */
struct reply {
  uint8_t answer[APDU_RESPONSE_MAX];
  size_t len;
  uint32_t steps;
  struct card_memory image;
};

/* Steps of the card in this process's reader: since it was opened, and where the bridge's count was last. */
static uint32_t steps, last_steps;

static void order(char letter, const void *body, size_t len, struct reply *reply) {
  uint8_t number[4], session[SESSION_SIZE];
  const uint8_t *answer = line_order(letter, body, len, &reply->len);
  if (reply->len > sizeof reply->answer)
    abort();
  memcpy(reply->answer, answer, reply->len);
  line_receive(number, sizeof number);
  reply->steps = bytes_u32(number);
  line_receive(number, 2);
  if (bytes_u16(number) != sizeof reply->image)
    abort();
  line_receive(&reply->image, sizeof reply->image);
  line_receive(session, sizeof session);
}

static void choose(const uint8_t serial[CHIP_SERIAL_SIZE]) {
  struct reply reply;
  uint8_t body[CHIP_SERIAL_SIZE + 1];
  memcpy(body, serial, CHIP_SERIAL_SIZE);
  body[CHIP_SERIAL_SIZE] = torture->negative ? WITHOUT_TRANSACTIONS : 0;
  order('D', body, sizeof body, &reply);
}

static void cut(const struct vcard *vcard, uint32_t nth, bool after) {
  const uint8_t body[] = {(uint8_t)(nth >> 8), (uint8_t)nth, after};
  struct reply reply;
  choose(vcard_memory(vcard)->chip_serial);
  order('T', body, sizeof body, &reply);
  last_steps = reply.steps;
}

bool __wrap_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) {
  static bool started;
  const char *bridge = getenv("APPLET_BRIDGE");
  if (bridge == NULL) {
    fputs("APPLET_BRIDGE does not say how the bridge to the applet is started\n", stderr);
    return false;
  }
  if (!started)
    line_start(bridge);
  started = true;
  return __real_card_manufacture(port, chip_serial, transport_key);
}

bool __wrap_card_power_on(struct card *card, const struct card_port *port) {
  struct reply reply;
  crypto_wipe(card, sizeof *card);
  card->port = port;
  if (!port->read(port->context, 0, (uint8_t *)&card->memory, sizeof card->memory))
    return false;
  choose(card->memory.chip_serial);
  order('L', &card->memory, sizeof card->memory, &reply);
  order('P', "", 0, &reply);
  last_steps = reply.steps;
  return true;
}

/* Into the file, as one commit: the applet has made its own before. */
static bool keep(struct card *card, const struct card_memory *image) {
  const struct card_port *port = card->port;
  if (memcmp(&card->memory, image, sizeof *image) == 0)
    return true;
  card->memory = *image;
  return port->write(port->context, 0, (const uint8_t *)image, sizeof *image) && port->commit(port->context);
}

size_t __wrap_card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  struct reply reply, after;
  choose(card->memory.chip_serial);
  order('A', command, len, &reply);
  steps += reply.steps - last_steps;
  last_steps = reply.steps;
  after = reply;
  if (reply.len == 0) { /* what was begun is undone when the power comes back */
    order('P', "", 0, &after);
    last_steps = after.steps;
  }
  if (!keep(card, &after.image))
    return 0;
  memcpy(answer, reply.answer, reply.len);
  return reply.len;
}

enum status __wrap_vcard_open(const char *path, struct vcard **vcard) {
  enum status status = __real_vcard_open(path, vcard);
  if (status == STATUS_OK) {
    cut(*vcard, 0, false);
    steps = 0;
  }
  return status;
}

void __wrap_vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after) {
  cut(vcard, nth, after);
}

void __wrap_vcard_tally(const struct vcard *vcard, struct vcard_tally *tally) {
  (void)vcard;
  *tally = (struct vcard_tally){.writes = steps};
}
