/* SPDX-License-Identifier: Apache-2.0
 * Channel set-up: certificate check and key agreement of SCP11a, challenges and cryptograms of SCP03. */
#include "channel.h"

#include <string.h>

#include "epurse/certificate.h"
#include "epurse/scp.h"

#include "issuer_key.h"
#include "memory.h"

#define MORE_FOLLOW 0x80 /* bit 8 of P2: more certificates follow (GPC Amd F 7.5) */

void channel_close(struct card *card) {
  securemsg_close(&card->secure);
  card->channel = CHANNEL_NONE;
  card->role = 0;
  crypto_wipe(card->tid, sizeof card->tid);
  card->channel_confirmed = false;
  card->pin_verified = false;
  card->certificate_verified = false;
  crypto_wipe(&card->chained_ca, sizeof card->chained_ca);
  crypto_wipe(&card->shown_server, sizeof card->shown_server);
  card->terminal_ca_least = 0;
  crypto_wipe(card->oce_public, sizeof card->oce_public);
  crypto_wipe(card->oce_hash, sizeof card->oce_hash);
  crypto_wipe(card->oce_agreed, sizeof card->oce_agreed);
  card->oce_ca_version = 0;
  card->oce_known = false;
  crypto_wipe(card->scp03_host_challenge, sizeof card->scp03_host_challenge);
  crypto_wipe(card->scp03_card_challenge, sizeof card->scp03_card_challenge);
  card->scp03_started = false;
}

/* The first of two: a newer terminal CA, which P1 names as it will name it in the command that follows. */
static uint16_t take_ca(struct card *card, const struct apdu *command) {
  struct shown_key ca;
  uint16_t sw = issuer_key_take(card, command, ROLE_TERMINAL_CA, &ca);
  if (sw == SW_OK && ca.version != command->p1)
    sw = SW_WRONG_DATA;
  if (sw == SW_OK)
    card->chained_ca = ca;
  return sw;
}

/* ---- the terminal that came last ---- */

/* Whether this very certificate was verified before, under a CA of the same version, and its holder had its key. Names,
 * expiry and what is lowest that is still good are asked anew each time. */
static bool terminal_is_known(const struct card *card, const uint8_t hash[CRYPTO_SHA256_SIZE], uint8_t ca_version) {
  const struct card_memory *memory = &card->memory;
  return memory->known_ca_version != 0 && memory->known_ca_version == ca_version &&
         crypto_equal(memory->known_hash, hash, CRYPTO_SHA256_SIZE);
}

static void terminal_stage(struct card *card) {
  memory_stage_u8(card, &card->memory.known_ca_version, card->oce_ca_version);
  memory_stage(card, card->memory.known_hash, card->oce_hash, sizeof card->oce_hash);
  memory_stage(card, card->memory.known_agreed, card->oce_agreed, sizeof card->oce_agreed);
}

void channel_confirm(struct card *card) {
  if (card->channel_confirmed)
    return;
  card->channel_confirmed = true;
  bool news = issuer_key_stage_floor(card);
  if (card->channel == CHANNEL_SCP11 && !card->oce_known) {
    terminal_stage(card);
    news = true;
  }
  crypto_wipe(card->oce_agreed, sizeof card->oce_agreed);
  if (news)
    (void)!memory_commit(card); /* a failure leaves it mute */
}

/* ---- SCP11a ---- */

/* The terminal's certificate, under the terminal CA that is stored or under the one that came right before it. */
static uint16_t take_terminal(struct card *card, const struct apdu *command, const struct shown_key *ca) {
  struct certificate certificate;
  const struct certificate_check check = {
      .ca_public = ca->public_key,
      .ca_subject = ca->subject,
      .role = 0, /* POS, RELOAD or PERSO */
      .now = card->memory.latest_time,
  };
  if (certificate_decode(command->data, command->lc, &certificate) != STATUS_OK)
    return SW_WRONG_DATA;
  if (!crypto_sha256(command->data, command->lc, card->oce_hash))
    return SW_INTERNAL;
  bool known = terminal_is_known(card, card->oce_hash, ca->version);
  enum status status =
      known ? certificate_verify_again(&certificate, &check) : certificate_verify(&certificate, &check);
  if (status != STATUS_OK)
    return SW_SECURITY_NOT_SATISFIED;
  card->oce_known = known;
  card->oce_ca_version = ca->version;
  card->role = certificate.role;
  memcpy(card->tid, certificate.subject, sizeof card->tid);
  memcpy(card->oce_public, certificate.public_key, sizeof card->oce_public);
  card->terminal_ca_least = ca->least;
  card->certificate_verified = true;
  return SW_OK;
}

/* One terminal certificate, or a chain of two: a newer terminal CA's under the master key, then the terminal's. The
 * session before it ends first: a certificate is public, and must not lend its role to a channel that another terminal
 * opened. A CA is good for the one command that follows. */
uint16_t channel_perform_security_operation(struct card *card, const struct apdu *command,
                                            struct apdu_response *response) {
  struct shown_key ca = card->chained_ca;
  (void)response;
  channel_close(card);
  if (command->p1 & MORE_FOLLOW)
    return SW_CHAINING_UNSUPPORTED;
  if ((command->p2 & ~MORE_FOLLOW) != KID_CA_KLOC)
    return SW_DATA_NOT_FOUND;
  if (command->p2 & MORE_FOLLOW)
    return take_ca(card, command);
  bool shown = ca.version != 0 && ca.version == command->p1;
  if (!shown && !issuer_key_terminal_ca(card, command->p1, &ca))
    return SW_DATA_NOT_FOUND;
  return take_terminal(card, command, &ca);
}

/* Opens the channel. Whoever replays a certificate gets this far; without the terminal's private key no C-MAC of
 * theirs will fit, and nothing has changed on the card. */
uint16_t channel_mutual_authenticate(struct card *card, const struct apdu *command, struct apdu_response *response) {
  const struct scp11_card keys = {.sd_private = card->memory.ecka_private,
                                  .oce_static = card->oce_public,
                                  .agreed = card->oce_agreed,
                                  .agreed_before = card->oce_known};
  if (!card->certificate_verified)
    return SW_CONDITIONS_NOT_SATISFIED;
  card->certificate_verified = false;
  if (card->oce_known)
    memcpy(card->oce_agreed, card->memory.known_agreed, sizeof card->oce_agreed);
  if (scp11_accept(&keys, command->data, command->lc, response->data, &card->secure) != STATUS_OK) {
    channel_close(card);
    return SW_WRONG_DATA;
  }
  card->channel = CHANNEL_SCP11;
  response->len = SCP11_ANSWER_SIZE;
  return SW_OK;
}

static bool scp03_keys(const struct card *card, struct scp03_session *session) {
  return scp03_derive(card->memory.transport_key, card->scp03_host_challenge, card->scp03_card_challenge, session) ==
         STATUS_OK;
}

uint16_t channel_initialize_update(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct scp03_session session;
  uint8_t *answer = response->data;
  channel_close(card);
  memcpy(card->scp03_host_challenge, command->data, SCP03_CHALLENGE_SIZE);
  if (!memory_random(card, card->scp03_card_challenge, SCP03_CHALLENGE_SIZE))
    return SW_MEMORY_FAILURE;
  if (!scp03_keys(card, &session))
    return SW_INTERNAL;
  memset(answer, 0, SCP03_ANSWER_SIZE);
  memcpy(answer, card->memory.chip_serial, CHIP_SERIAL_SIZE);
  answer += SCP03_DIVERSIFICATION_SIZE;
  *answer++ = command->p1 != 0 ? command->p1 : KVN_FIRST; /* 0 asks for whichever key there is */
  *answer++ = 0x03;                                       /* SCP03 */
  *answer++ = SCP03_I_PARAMETER;
  memcpy(answer, card->scp03_card_challenge, SCP03_CHALLENGE_SIZE);
  memcpy(answer + SCP03_CHALLENGE_SIZE, session.card_cryptogram, SCP03_CRYPTOGRAM_SIZE);
  response->len = SCP03_ANSWER_SIZE;
  card->scp03_started = true;
  crypto_wipe(&session, sizeof session);
  return SW_OK;
}

/* Host cryptogram and C-MAC; whichever is wrong, a new INITIALIZE UPDATE is needed. */
uint16_t channel_external_authenticate(struct card *card, const struct apdu *command, struct apdu_response *response) {
  static const uint8_t chain[CRYPTO_AES_BLOCK_SIZE] = {0};
  struct scp03_session session = {0};
  struct apdu plain;
  uint16_t sw = SW_SECURITY_NOT_SATISFIED;
  (void)response;
  if (!card->scp03_started)
    return SW_CONDITIONS_NOT_SATISFIED;
  if (!scp03_keys(card, &session)) {
    sw = SW_INTERNAL;
    goto out;
  }
  securemsg_open(&card->secure, session.s_enc, session.s_mac, session.s_rmac, chain);
  if (securemsg_unwrap_mac(&card->secure, command, &plain) != STATUS_OK || plain.lc != SCP03_CRYPTOGRAM_SIZE ||
      !crypto_equal(plain.data, session.host_cryptogram, SCP03_CRYPTOGRAM_SIZE))
    goto out;
  card->scp03_started = false;
  card->channel = CHANNEL_SCP03;
  card->role = ROLE_PERSO; /* who holds the transport key is the issuer's desk */
  sw = SW_OK;
out:
  if (sw != SW_OK)
    channel_close(card);
  crypto_wipe(&session, sizeof session);
  return sw;
}
