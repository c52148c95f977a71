/* SPDX-License-Identifier: Apache-2.0
 * Prints the secrets in a virtual card's file, a line each for secrets-scan.py, so that a test can look for them
 * everywhere else:  secrets_of_card FILE NAME BATCH-KEY-FILE */
#include <stdio.h>
#include <stdlib.h>

#include "epurse/bytes.h"
#include "epurse/key.h"
#include "epurse/scp.h"
#include "epurse/vcard.h"

static void print_key(const char *card, const char *name, const uint8_t *key, size_t len, const char *place) {
  char text[2 * CRYPTO_P256_PRIVATE_SIZE + 1];
  bytes_to_hex(key, len, text);
  printf("key %s-%s %s%s%s\n", card, name, text, place[0] != '\0' ? " " : "", place);
}

int main(int argc, char **argv) {
  uint8_t batch_key[CRYPTO_AES_KEY_SIZE], transport_key[CRYPTO_AES_KEY_SIZE];
  struct vcard *vcard = NULL;
  char place[1024];
  if (argc != 4) {
    fprintf(stderr, "usage: secrets_of_card FILE NAME BATCH-KEY-FILE\n");
    return EXIT_FAILURE;
  }
  if (vcard_open(argv[1], &vcard) != STATUS_OK || aes_key_load(argv[3], batch_key) != STATUS_OK) {
    fprintf(stderr, "secrets_of_card: %s, %s\n", argv[1], argv[3]);
    return EXIT_FAILURE;
  }
  const struct card_memory *memory = vcard_memory(vcard);
  bool raw = memory->state == CARD_INITIALISED;
  snprintf(place, sizeof place, "*/%s", argv[2]);
  if (transport_key_derive(batch_key, memory->chip_serial, transport_key) != STATUS_OK)
    return EXIT_FAILURE;
  print_key(argv[2], "transport", transport_key, sizeof transport_key, raw ? place : ""); /* a locked card has none */
  if (!raw) {
    print_key(argv[2], "ecka", memory->ecka_private, sizeof memory->ecka_private, place);
    print_key(argv[2], "sig", memory->sig_private, sizeof memory->sig_private, place);
  }
  vcard_close(&vcard);
  return EXIT_SUCCESS;
}
