/* SPDX-License-Identifier: Apache-2.0
 * How a fresh card is to be prepared, as the options say it, and what its refusals mean. */
#include "preparation.h"

#include <string.h>

#include "cmd/frame/problem.h"
#include "cmd/frame/terminal_program.h"
#include "epurse/crypto.h"
#include "epurse/key.h"

#define DEFAULT_KEY 0x40

/* What one refusal of a card means, by step and status word. */
static const struct refusal {
  enum prepare_step step;
  uint16_t sw; /* 0: any other */
  const char *sentence;
} refusals[] = {
    {PREPARE_LOOK, SW_BLOCKED, SENTENCE("the card is locked, and lets nothing be installed; its seller may unlock it")},
    {PREPARE_LOOK, 0, SENTENCE("the card opens no session any more; it may have been shown wrong keys too often")},
    {PREPARE_PURSE, 0,
     SENTENCE("the card seems to have a purse, which does not answer as one and may be a cardholder's: it was left as "
              "it is; "
              "prepare --undo deletes it, with its money")},
    {PREPARE_OPEN, 0,
     SENTENCE("the card refused the session though the keys are right; do not try again: ask its seller")},
    {PREPARE_KEYS, 0, SENTENCE("the card takes no new keys; with --keep-keys it keeps its own")},
    {PREPARE_FORGET, 0,
     SENTENCE("the card does not let its seller's keys go: whoever knows them could delete a purse with its money, so "
              "that nothing was installed; take other cards")},
    {PREPARE_CLEAR, 0, SENTENCE("the card does not let go what an earlier try left; run prepare --undo")},
    {PREPARE_LOAD, 0x6438,
     SENTENCE("the card does not have what the applet imports: it needs a build for an older Java Card")},
    {PREPARE_LOAD, 0x6A84, SENTENCE("the card has no room for the applet")},
    {PREPARE_LOAD, 0x6A80, SENTENCE("the card does not take this CAP file; it may be built for a newer Java Card")},
    {PREPARE_LOAD, 0x6982, SENTENCE("the session was lost while loading; try again with a contact reader")},
    {PREPARE_LOAD, 0, SENTENCE("the card refused to load the applet")},
    {PREPARE_INSTALL, 0x6A84, SENTENCE("the card has too little memory to start the applet")},
    {PREPARE_INSTALL, 0,
     SENTENCE("the applet cannot start on this card: many that are sold without elliptic curves look like this")},
    {PREPARE_LOCK, 0, SENTENCE("the card refused to be locked")},
    {PREPARE_PROVE, 0, SENTENCE("the applet was installed and does not answer as it should")},
};

static enum status say(const struct terminal_program *self, enum status status, const char *sentence) {
  problem_say_with(self->program->name, sentence, "%s", sentence);
  return status;
}

const char *preparation_failure(const struct prepare *prepare, enum status status) {
  if (status == STATUS_NOT_AUTHENTICATED && prepare->step == PREPARE_OPEN)
    return SENTENCE(
        "this card has other keys than those given; it has not counted that, but do not guess: ask its seller, "
        "and name them with --card-keys");
  if (status == STATUS_NOT_OUR_CARD)
    return SENTENCE("this card lets nothing be installed: it is none with GlobalPlatform, or not fused, or dead");
  if (status == STATUS_NOT_FOUND && prepare->step == PREPARE_LOOK)
    return SENTENCE("this chip tells no number of its own, from which keys could be derived");
  bool fell_silent = status == STATUS_CARD_LOST || status == STATUS_CARD_SILENT || status == STATUS_CARD_MUTE;
  if (fell_silent && prepare->step == PREPARE_LOAD)
    return SENTENCE(
        "card or reader broke off while loading: the same again goes on; where it stops again, take another "
        "reader, with contacts");
  if (fell_silent && prepare->step == PREPARE_INSTALL)
    return SENTENCE(
        "the card fell silent while the applet was started: it was taken away, or lacks memory or an algorithm for it; "
        "the same again begins anew");
  for (size_t i = 0; status == STATUS_CARD_REFUSED && i < sizeof refusals / sizeof refusals[0]; i++)
    if (refusals[i].step == prepare->step && (refusals[i].sw == 0 || refusals[i].sw == prepare->sw))
      return refusals[i].sentence;
  return status_sentence(status);
}

/* ---- what the options say ---- */

static enum status method_read(const struct terminal_program *self, enum domain_diversification *method) {
  static const struct {
    const char *name;
    enum domain_diversification method;
  } rows[] = {{"none", DOMAIN_PLAIN}, {"emv", DOMAIN_EMV}, {"visa2", DOMAIN_VISA2}, {"kdf3", DOMAIN_KDF3}};

  *method = DOMAIN_PLAIN;
  for (size_t i = 0; self->diversify != NULL && i < sizeof rows / sizeof rows[0]; i++)
    if (strcmp(self->diversify, rows[i].name) == 0) {
      *method = rows[i].method;
      return STATUS_OK;
    }
  return self->diversify == NULL ? STATUS_OK
                                 : say(self, STATUS_USAGE, SENTENCE("--diversify is none, emv, visa2 or kdf3"));
}

static enum status open_problem(const struct terminal_program *self, enum status status, const char *path) {
  problem_say_with(self->program->name, status_sentence(status), "%s: %s", path, status_sentence(status));
  return status;
}

/* The card's present keys: of a file, or the published 40 41 .. 4F. */
static enum status keys_read(const struct terminal_program *self, struct domain_keys *keys) {
  uint8_t read[3][DOMAIN_KEY_FILE_MAX] = {{0}};

  *keys = (struct domain_keys){.len = CRYPTO_AES_KEY_SIZE};
  for (uint8_t i = 0; i < CRYPTO_AES_KEY_SIZE; i++)
    keys->enc[i] = keys->mac[i] = keys->dek[i] = DEFAULT_KEY + i;
  if (self->card_keys == NULL)
    return STATUS_OK;
  enum status status = domain_key_load(self->card_keys, read, &keys->len);
  if (status != STATUS_OK)
    return open_problem(self, status, self->card_keys);
  memcpy(keys->enc, read[0], sizeof keys->enc);
  memcpy(keys->mac, read[1], sizeof keys->mac);
  memcpy(keys->dek, read[2], sizeof keys->dek);
  crypto_wipe(read, sizeof read);
  return STATUS_OK;
}

static enum status options_check(const struct terminal_program *self) {
  if (self->cap == NULL && !self->check && !self->undo)
    return say(self, STATUS_USAGE, SENTENCE("name the applet's CAP file with --cap"));
  if (self->domain_key == NULL && !self->keep_keys && !self->check)
    return say(self, STATUS_USAGE,
               SENTENCE("name the key of your cards' security domains with --domain-key, or let them keep theirs with "
                        "--keep-keys: the transport key then travels under keys that the seller knows"));
  if (self->domain_key != NULL && self->keep_keys)
    return say(self, STATUS_USAGE, SENTENCE("--domain-key and --keep-keys exclude each other"));
  if (self->undo && self->lock)
    return say(self, STATUS_USAGE, SENTENCE("--undo and --lock exclude each other"));
  return STATUS_OK;
}

static enum status cap_open(const struct terminal_program *self, struct cap **cap) {
  char problem[CAP_PROBLEM];

  if (self->cap == NULL)
    return STATUS_OK;
  enum status status = cap_read(self->cap, cap, problem);
  if (status != STATUS_OK) {
    problem_say(self->program->name, "%s: %s", self->cap, problem);
    return status;
  }
  static const uint8_t purse[] = {PURSE_AID_BYTES};
  if ((*cap)->package.len == PURSE_AID_SIZE - 1 && memcmp((*cap)->package.bytes, purse, PURSE_AID_SIZE - 1) == 0)
    return STATUS_OK;
  return say(self, STATUS_BAD_FORMAT, SENTENCE("this CAP file holds another applet than the purse"));
}

static enum status domain_key_read(const struct terminal_program *self, struct preparation *preparation) {
  if (self->domain_key == NULL)
    return STATUS_OK;
  enum status status = aes_key_load(self->domain_key, preparation->master);
  if (status != STATUS_OK)
    return open_problem(self, status, self->domain_key);
  preparation->prepare.domain_master = preparation->master;
  return STATUS_OK;
}

enum status preparation_open(const struct terminal_program *self, struct preparation *preparation) {
  enum status status = options_check(self);
  if (status == STATUS_OK)
    status = method_read(self, &preparation->prepare.method);
  if (status == STATUS_OK)
    status = keys_read(self, &preparation->prepare.keys);
  if (status == STATUS_OK)
    status = domain_key_read(self, preparation);
  if (status == STATUS_OK)
    status = cap_open(self, &preparation->cap);
  preparation->prepare.cap = preparation->cap;
  return status;
}

enum status preparation_begin(const struct terminal_program *self, struct preparation *preparation) {
  if (!self->terminal->has_batch_key)
    return say(self, STATUS_BAD_CONFIG,
               SENTENCE("the configuration names no batch key, from which transport keys are derived"));
  preparation->prepare.batch_key = self->terminal->batch_key;
  return STATUS_OK;
}

void preparation_close(struct preparation *preparation) {
  cap_free(&preparation->cap);
  crypto_wipe(preparation, sizeof *preparation);
}
