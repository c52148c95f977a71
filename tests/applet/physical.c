/* SPDX-License-Identifier: Apache-2.0
 * A card in a reader behind the core's contract (--wrap of its functions and of what looks behind it): each raw card
 * that a test wants is the applet deleted and made anew, so whatever was on it is gone. What its memory holds nobody
 * knows. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/card.h"
#include "epurse/domain.h"
#include "epurse/key.h"
#include "epurse/reader.h"

#include "physical.h"

#define PARAMETERS_VERSION 0x01 /* of what the applet finds under C9: version, chip serial, transport key */
#define PARAMETERS_SIZE_C9 (1 + CHIP_SERIAL_SIZE + CRYPTO_AES_KEY_SIZE)
#define DEFAULT_KEY        0x40
#define SW1_MORE           0x61
#define SW_LAST_TRY_TAKEN  0x63C0

bool __real_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]);
bool __real_card_power_on(struct card *card, const struct card_port *port);
int __real_run_suites(Suite *(*const make[])(void), size_t count);
bool __wrap_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]);
bool __wrap_card_power_on(struct card *card, const struct card_port *port);
size_t __wrap_card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]);
int __wrap_run_suites(Suite *(*const make[])(void), size_t count);

static struct reader *in_reader;          /* of this process: each test is one */
static uint8_t present[CHIP_SERIAL_SIZE]; /* what the card there was last made as */
static uint8_t state;                     /* enum card_state, as far as its answers tell */
static unsigned long commands;

int __wrap_run_suites(Suite *(*const make[])(void), size_t count) {
  const char *card = getenv("CARD"), *erase = getenv("CARD_ERASE");
  if (card == NULL || strncmp(card, "pcsc:", 5) != 0 || erase == NULL || strcmp(erase, "yes") != 0) {
    puts("1..0 # SKIP wants CARD=pcsc:READER, and CARD_ERASE=yes: the purse of the card there is deleted");
    return EXIT_SUCCESS;
  }
  return __real_run_suites(make, count);
}

struct reader *physical_reader(void) {
  return in_reader;
}

uint8_t physical_state(void) {
  return state;
}

unsigned long physical_commands(void) {
  return commands;
}

static void reader_begin(void) {
  char problem[512];
  if (in_reader != NULL)
    return;
  enum status status = reader_open_pcsc(getenv("CARD") + 5, &in_reader, problem);
  if (status == STATUS_OK)
    status = reader_connect(in_reader);
  ck_assert_msg(status == STATUS_OK, "the reader: %s", status_name(status));
}

/* ---- a raw card ---- */

/* Of a file as `prepare --card-keys` takes it; else the published ones. */
static void domain_keys(struct domain_keys *keys) {
  const char *path = getenv("CARD_KEYS");
  uint8_t read[3][DOMAIN_KEY_FILE_MAX] = {{0}};
  *keys = (struct domain_keys){.len = CRYPTO_AES_KEY_SIZE};
  for (uint8_t i = 0; i < CRYPTO_AES_KEY_SIZE; i++)
    read[0][i] = read[1][i] = read[2][i] = DEFAULT_KEY + i;
  ck_assert(path == NULL || domain_key_load(path, read, &keys->len) == STATUS_OK);
  memcpy(keys->enc, read[0], sizeof keys->enc);
  memcpy(keys->mac, read[1], sizeof keys->mac);
  memcpy(keys->dek, read[2], sizeof keys->dek);
}

/* The package is on the card; its applet is made anew. */
static void install(const uint8_t parameters[PARAMETERS_SIZE_C9]) {
  static const struct cap_aid package = {{PURSE_AID_BYTES}, PURSE_AID_SIZE - 1},
                              applet = {{PURSE_AID_BYTES}, PURSE_AID_SIZE};
  const struct domain_application application = {&package, &applet, &applet, parameters, PARAMETERS_SIZE_C9};
  struct domain_keys keys;
  struct domain domain;
  uint16_t sw = 0;
  domain_keys(&keys);
  enum status status = domain_open(&domain, in_reader, DOMAIN_PLAIN, &keys, 0);
  ck_assert_msg(status == STATUS_OK, "the issuer security domain: %s", status_name(status));
  status = domain_delete(&domain, &applet, false);
  ck_assert_msg(status == STATUS_OK || status == STATUS_NOT_FOUND, "DELETE: %s", status_name(status));
  status = domain_install(&domain, &application, &sw);
  ck_assert_msg(status == STATUS_OK, "INSTALL: %s, %04X; is the package on the card?", status_name(status), sw);
  domain_close(&domain);
}

bool __wrap_card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) {
  uint8_t parameters[PARAMETERS_SIZE_C9] = {PARAMETERS_VERSION};
  memcpy(parameters + 1, chip_serial, CHIP_SERIAL_SIZE);
  memcpy(parameters + 1 + CHIP_SERIAL_SIZE, transport_key, CRYPTO_AES_KEY_SIZE);
  reader_begin();
  install(parameters);
  memcpy(present, chip_serial, sizeof present);
  state = CARD_INITIALISED;
  return __real_card_manufacture(port, chip_serial, transport_key);
}

/* ---- power and commands ---- */

bool __wrap_card_power_on(struct card *card, const struct card_port *port) {
  if (!__real_card_power_on(card, port))
    return false;
  card->memory.state = state;
  return memcmp(card->memory.chip_serial, present, sizeof present) == 0 && reader_reset(in_reader) == STATUS_OK;
}

/* What T=0 leaves to the application. */
static bool fetch(uint8_t *answer, size_t *len) {
  while (*len >= 2 && answer[*len - 2] == SW1_MORE) {
    const uint8_t command[] = {0x00, 0xC0, 0x00, 0x00, answer[*len - 1]};
    size_t more = APDU_RESPONSE_MAX - (*len - 2);
    if (in_reader->transmit(in_reader->context, command, sizeof command, answer + *len - 2, &more) != STATUS_OK)
      return false;
    *len += more - 2;
  }
  return true;
}

static uint8_t state_after(const uint8_t *command, size_t len, uint16_t sw) {
  if (sw == SW_BLOCKED || sw == SW_LAST_TRY_TAKEN || sw == SW_PIN_BLOCKED)
    return CARD_BLOCKED;
  if (sw == SW_EXPIRED)
    return CARD_EXPIRED;
  if (sw == SW_OK && len > 2 && command[1] == INS_STORE_DATA && command[2] == P1_STORE_DATA_LAST)
    return CARD_PERSONALISED;
  return sw == SW_OK && len > 2 && command[1] == INS_APPLICATION_BLOCK ? CARD_BLOCKED : state;
}

/* What is no APDU a reader does not pass on, or takes for a word to itself. */
size_t __wrap_card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  size_t answer_len = APDU_RESPONSE_MAX;
  commands++;
  if (len < APDU_HEADER_SIZE ||
      in_reader->transmit(in_reader->context, command, len, answer, &answer_len) != STATUS_OK ||
      !fetch(answer, &answer_len) || answer_len < 2)
    return 0;
  state = state_after(command, len, bytes_u16(answer + answer_len - 2));
  card->memory.state = state;
  return answer_len;
}
