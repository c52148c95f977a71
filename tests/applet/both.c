/* SPDX-License-Identifier: Apache-2.0
 * Two cards behind one contract (--wrap of the core's three functions, and of what runs the suites). A pair goes apart
 * where a test tears the core or writes into its memory behind its back; from then on the core answers alone. */
#include "both.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "epurse/bytes.h"
#include "epurse/card.h"

#include "line.h"
#include "seeded.h"

#define PAIRS 64 /* the oldest is forgotten: it goes apart */

bool __real_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]);
bool __real_card_power_on(struct card *card, const struct card_port *port);
size_t __real_card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]);
bool __wrap_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]);
bool __wrap_card_power_on(struct card *card, const struct card_port *port);
size_t __wrap_card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]);

int __real_run_suites(Suite *(*const make[])(void), size_t count);
int __wrap_run_suites(Suite *(*const make[])(void), size_t count);

/* One card twice. */
struct pair {
  uint8_t serial[CHIP_SERIAL_SIZE];
  bool together;
  struct card_memory memory; /* the core's, after its last command */
};

static struct pair pairs[PAIRS];
static size_t made;
static uint32_t *compared; /* by all tests of the program: they are processes of their own */
static uint32_t seeds;

/* One runtime for all tests of a program, each of which is a process of its own. False: nobody said how to start it. */
static bool begin(void) {
  const char *runtime = getenv("APPLET_RUNTIME");
  if (runtime == NULL || compared != NULL)
    return runtime != NULL;
  compared = mmap(NULL, sizeof *compared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (compared == MAP_FAILED)
    abort();
  line_start(runtime);
  return true;
}

int __wrap_run_suites(Suite *(*const make[])(void), size_t count) {
  if (!begin()) {
    puts("1..0 # SKIP APPLET_RUNTIME does not say how the applet's runtime is started");
    return EXIT_SUCCESS;
  }
  int code = __real_run_suites(make, count);
  fprintf(stderr, "# %u commands, answered the same by both cards\n", (unsigned)*compared);
  return *compared > 0 ? code : EXIT_FAILURE;
}

/* What the device can: bits of engine.Pipe. */
static uint8_t flags(void) {
  const char *given = getenv("APPLET_FLAGS");
  return (uint8_t)(given != NULL ? strtoul(given, NULL, 10) : 0);
}

uint32_t both_compared(void) {
  return *compared;
}

static void order(char letter, const void *body, size_t len) {
  size_t answer_len;
  (void)line_order(letter, body, len, &answer_len);
}

static struct pair *pair_of(const uint8_t serial[CHIP_SERIAL_SIZE]) {
  for (size_t i = 0; i < PAIRS; i++)
    if (memcmp(pairs[i].serial, serial, CHIP_SERIAL_SIZE) == 0)
      return &pairs[i];
  return NULL;
}

/* The pair of that card, chosen on the line, if it is still one. */
static struct pair *pair_together(const struct card *card) {
  struct pair *pair = pair_of(card->memory.chip_serial);
  if (pair == NULL || !pair->together)
    return NULL;
  pair->together = memcmp(&pair->memory, &card->memory, sizeof pair->memory) == 0;
  if (!pair->together)
    return NULL;
  order('D', pair->serial, sizeof pair->serial);
  return pair;
}

static void seed(void) {
  uint8_t bytes[SEED_SIZE] = {0};
  bytes_put_u32(bytes, seeds++);
  order('S', bytes, sizeof bytes);
  seeded_begin(bytes);
}

bool __wrap_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) {
  uint8_t body[CHIP_SERIAL_SIZE + 2 + CHIP_SERIAL_SIZE + CRYPTO_AES_KEY_SIZE];
  struct pair *pair = pair_of(chip_serial);
  size_t len;
  if (!begin())
    return __real_card_manufacture(port, chip_serial, transport_key);
  if (pair == NULL)
    pair = &pairs[made++ % PAIRS];
  if (!__real_card_manufacture(port, chip_serial, transport_key))
    return false;
  struct bytes_writer writer = bytes_writer(body, sizeof body);
  bytes_write(&writer, chip_serial, CHIP_SERIAL_SIZE);
  bytes_write_u8(&writer, flags());
  bytes_write_u8(&writer, 1); /* version of the applet's parameters */
  bytes_write(&writer, chip_serial, CHIP_SERIAL_SIZE);
  bytes_write(&writer, transport_key, CRYPTO_AES_KEY_SIZE);
  const uint8_t *sw = line_order('I', body, writer.len, &len);
  ck_assert_uint_eq(len, 2);
  ck_assert_uint_eq(bytes_u16(sw), SW_OK);
  memset(pair, 0, sizeof *pair);
  memcpy(pair->serial, chip_serial, CHIP_SERIAL_SIZE);
  pair->together = true;
  return true;
}

bool __wrap_card_power_on(struct card *card, const struct card_port *port) {
  if (!__real_card_power_on(card, port))
    return false;
  struct pair *pair = pair_of(card->memory.chip_serial);
  if (pair != NULL && pair->memory.magic[0] == 0) /* its first */
    memcpy(&pair->memory, &card->memory, sizeof pair->memory);
  if (pair_together(card) != NULL)
    order('P', "", 0);
  return true;
}

/* What a card's system answers before any applet hears of it: nothing selected, other logical channels. */
static bool of_the_system(const struct card *card, const uint8_t *command, size_t len) {
  if (len < APDU_HEADER_SIZE)
    return false;
  bool select = command[0] == 0x00 && command[1] == INS_SELECT && command[2] == 0x04 && command[3] == 0x00;
  return (command[0] & 0x43) != 0 || (command[1] == 0x70 && command[0] < 0x10) || (!card->selected && !select);
}

static void hex(const char *name, const uint8_t *bytes, size_t len) {
  fprintf(stderr, "# %s", name);
  for (size_t i = 0; i < len; i++)
    fprintf(stderr, " %02X", bytes[i]);
  fputc('\n', stderr);
}

static void differ(const uint8_t *command, size_t len, const uint8_t *ours, size_t ours_len, const uint8_t *theirs,
                   size_t theirs_len) {
  size_t text_len;
  hex("command", command, len);
  hex("core   ", ours, ours_len);
  hex("applet ", theirs, theirs_len);
  const uint8_t *text = line_order('X', "", 0, &text_len);
  fprintf(stderr, "# %.*s\n", (int)text_len, (const char *)text);
  ck_abort_msg("the applet answers otherwise: see above");
}

size_t __wrap_card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  struct pair *pair = pair_together(card);
  size_t theirs_len;
  if (pair == NULL || of_the_system(card, command, len))
    return __real_card_process(card, command, len, answer);
  seed();
  size_t answer_len = __real_card_process(card, command, len, answer);
  seeded_end();
  pair->together = answer_len > 0;
  memcpy(&pair->memory, &card->memory, sizeof pair->memory);
  if (!pair->together)
    return answer_len;
  const uint8_t *theirs = line_order('A', command, len, &theirs_len);
  if (theirs_len != answer_len || memcmp(theirs, answer, answer_len) != 0)
    differ(command, len, answer, answer_len, theirs, theirs_len);
  ++*compared;
  return answer_len;
}
