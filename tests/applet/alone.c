/* SPDX-License-Identifier: Apache-2.0
 * The applet alone behind the virtual card (--wrap of the core's functions and of what looks behind it): the terminal's
 * tests then meet the applet, and tear it at its own writes. The core keeps a raw card in the file, for its serial
 * number. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/vcard.h"

#include "line.h"

#define CARDS 8 /* looked into at a time */

bool __real_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]);
bool __real_card_power_on(struct card *card, const struct card_port *port);
const struct card_memory *__real_vcard_memory(const struct vcard *vcard);
int __real_run_suites(Suite *(*const make[])(void), size_t count);
bool __wrap_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]);
bool __wrap_card_power_on(struct card *card, const struct card_port *port);
size_t __wrap_card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]);
const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard);
void __wrap_vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after);
int __wrap_run_suites(Suite *(*const make[])(void), size_t count);

static uint8_t flags(void) {
  const char *given = getenv("APPLET_FLAGS");
  return (uint8_t)(given != NULL ? strtoul(given, NULL, 10) : 0);
}

int __wrap_run_suites(Suite *(*const make[])(void), size_t count) {
  const char *runtime = getenv("APPLET_RUNTIME");
  if (runtime == NULL) {
    puts("1..0 # SKIP APPLET_RUNTIME does not say how the applet's runtime is started");
    return EXIT_SUCCESS;
  }
  line_start(runtime);
  return __real_run_suites(make, count);
}

static void order(char letter, const void *body, size_t len) {
  size_t answer_len;
  (void)line_order(letter, body, len, &answer_len);
}

bool __wrap_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) {
  uint8_t body[CHIP_SERIAL_SIZE + 2 + CHIP_SERIAL_SIZE + CRYPTO_AES_KEY_SIZE];
  struct bytes_writer writer = bytes_writer(body, sizeof body);
  size_t len;
  bytes_write(&writer, chip_serial, CHIP_SERIAL_SIZE);
  bytes_write_u8(&writer, flags());
  bytes_write_u8(&writer, 1); /* version of the applet's parameters */
  bytes_write(&writer, chip_serial, CHIP_SERIAL_SIZE);
  bytes_write(&writer, transport_key, CRYPTO_AES_KEY_SIZE);
  const uint8_t *sw = line_order('I', body, writer.len, &len);
  return len == 2 && bytes_u16(sw) == SW_OK && __real_card_manufacture(port, chip_serial, transport_key);
}

bool __wrap_card_power_on(struct card *card, const struct card_port *port) {
  if (!__real_card_power_on(card, port))
    return false;
  order('D', card->memory.chip_serial, CHIP_SERIAL_SIZE);
  order('P', "", 0);
  return true;
}

size_t __wrap_card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  size_t answer_len;
  order('D', card->memory.chip_serial, CHIP_SERIAL_SIZE);
  const uint8_t *said = line_order('A', command, len, &answer_len);
  memcpy(answer, said, answer_len);
  return answer_len;
}

/* A cut counts what the applet writes, and comes whatever happens to the power before. */
void __wrap_vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after) {
  const uint8_t body[] = {(uint8_t)(nth >> 8), (uint8_t)nth, after};
  order('D', __real_vcard_memory(vcard)->chip_serial, CHIP_SERIAL_SIZE);
  order('T', body, sizeof body);
}

/* What the tests look at. */
const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard) {
  static const char names[] = "card.memory.state\ncard.memory.balance\ncard.memory.points\ncard.memory.atc";
  static struct card_memory memories[CARDS];
  static size_t next;
  struct card_memory *memory = &memories[next++ % CARDS];
  size_t len;
  *memory = *__real_vcard_memory(vcard);
  order('D', memory->chip_serial, CHIP_SERIAL_SIZE);
  const uint8_t *held = line_order('G', names, sizeof names - 1, &len);
  struct bytes_reader reader = bytes_reader(held, len);
  memory->state = bytes_read_u8(&reader);
  bytes_read(&reader, memory->balance, sizeof memory->balance);
  bytes_read(&reader, memory->points, sizeof memory->points);
  bytes_read(&reader, memory->atc, sizeof memory->atc);
  ck_assert(bytes_read_all(&reader));
  return memory;
}
