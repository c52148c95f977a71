/* SPDX-License-Identifier: Apache-2.0
 * A session between terminal and card: SELECT, SCP11a or SCP03, then protected commands. */
#ifndef EPURSE_SESSION_H
#define EPURSE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/command.h"
#include "epurse/crypto.h"
#include "epurse/record.h"
#include "epurse/securemsg.h"
#include "epurse/session_keys.h"
#include "epurse/status.h"

struct apdu;
struct apdu_response;
struct reader;

struct session {
  struct reader *reader;
  const struct session_keys *keys; /* borrowed, read when a card wants the server's certificate; NULL: a blank card's */
  struct securemsg secure;
  uint8_t card_reference[CERTIFICATE_SUBJECT_SIZE]; /* random reference of its clear certificate */
  uint8_t chip_serial[CHIP_SERIAL_SIZE];            /* SCP03 only */
  uint8_t state;                                    /* enum card_state as SELECT told; it proves nothing */
  uint16_t selected;                                /* the status word that SELECT came with */
  uint8_t blocks;                                   /* STORE DATA commands so far: the next one's P2 */
  uint8_t pin_record[PIN_RECORD_SIZE]; /* what the card signed of the last PIN that was shown; not verified here */
  bool has_pin_record;                 /* false: it has signed nothing of it */
};

/* SELECT only: is it a purse, and in which state. The reader is connected already, here and below.
 * STATUS_NOT_OUR_CARD, CARD_BLOCKED, CARD_EXPIRED (the FCI has been read in all three cases of our own card),
 * CARD_MUTE, CARD_LOST. */
enum status session_select(struct session *session, struct reader *reader) EPURSE_MUST_USE;

/* SELECT, card certificate, own certificate, MUTUAL AUTHENTICATE. A SELECT that says BLOCKED ends it; EXPIRED goes on
 * when `desk`. A card that does not know our terminal CA by its version is shown that CA's certificate first.
 * STATUS_OTHER_ISSUER: the card's certificate is of no card CA of ours, or the card takes another terminal CA, or none
 * as old as ours; STATUS_TERMINAL_REVOKED: a card of our own issuer refuses our certificate: by the time that it has
 * seen signed, ours has expired; STATUS_CARD_EXPIRED, by the certificate or by the card; STATUS_CARD_NOT_PERSONALISED;
 * STATUS_NOT_AUTHENTICATED. */
enum status session_open(struct session *session, struct reader *reader, const struct session_keys *keys,
                         bool desk) EPURSE_MUST_USE;

/* SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE on a blank card with the transport key derived from batch_key.
 * STATUS_CARD_ALREADY_ISSUED, STATUS_NOT_AUTHENTICATED: another batch. */
enum status session_open_blank(struct session *session, struct reader *reader,
                               const uint8_t batch_key[CRYPTO_AES_KEY_SIZE]) EPURSE_MUST_USE;

/* Ends it here, says nothing to the card, wipes the whole struct; the reader stays connected. Harmless to repeat. */
void session_close(struct session *session);

/* One protected command. STATUS_OK: 9000, 62xx or 63xx with a good R-MAC; otherwise what went wrong: CARD_LOST,
 * CHANNEL_BROKEN, or what an error word may be taken for: it has no R-MAC and proves nothing, so that what it claims of
 * PIN, money, counter or life cycle is CARD_REFUSED. response->sw is then as it came. */
enum status session_command(struct session *session, const struct apdu *command,
                            struct apdu_response *response) EPURSE_MUST_USE;

/* The purse's commands, one function each. WRONG_PIN and PIN_BLOCKED (that was the last try): *tries_left is set. In
 * these two cases, and where VERIFY and CHANGE REFERENCE DATA are OK, session->pin_record is the card's record of it,
 * with this N. A card that is found without tries blocks itself and is CARD_REFUSED. */
enum status session_verify(struct session *session, const uint8_t pin_block[PIN_BLOCK_SIZE],
                           const uint8_t nonce[NONCE_SIZE], uint8_t *tries_left) EPURSE_MUST_USE;
struct session_pin_change {
  const uint8_t *old_block, *new_block; /* PIN_BLOCK_SIZE */
  const uint8_t *nonce;                 /* NONCE_SIZE: N of the VERIFY that it began with */
};
/* CHANGE REFERENCE DATA, from the old PIN to the new one. Where the card was lost in it either may hold. */
enum status session_change_pin(struct session *session, const struct session_pin_change *change,
                               uint8_t *tries_left) EPURSE_MUST_USE;
/* INSUFFICIENT_BALANCE, ABOVE_LIMIT, COUNTER_EXHAUSTED come without R-MAC: the caller reads again whether it is so.
 * PIN_NEEDED likewise: of a purchase without the PIN that the card does not promise so; to be tried with it. */
enum status session_initialize(struct session *session, uint8_t p1, const struct initialize *initialize,
                               uint8_t promise[PROMISE_SIZE], uint8_t *tries_left) EPURSE_MUST_USE;
/* DEBIT FOR PURCHASE or CREDIT FOR LOAD by `type`. A card that does not know the server's key by its version is shown
 * the server's certificate and given the order again, here and in session_block. Any status but OK, INSUFFICIENT...,
 * leaves the outcome open until session_proof in a new session says. */
enum status session_commit(struct session *session, uint8_t type, const uint8_t authorisation[AUTHORISATION_SIZE],
                           uint8_t secret[SECRET_SIZE]) EPURSE_MUST_USE;
/* GET TRANSACTION PROOF: what became of the card's last transaction. STATUS_BAD_REPLY: it makes no sense.
 * Wipe *proof: it may have r. */
enum status session_proof(struct session *session, struct proof *proof) EPURSE_MUST_USE;
/* The same with P1 01: the promise of the card's last off-line purchase, as it was signed; not verified here.
 * STATUS_NOT_FOUND: there was none, the card says under an R-MAC; a status word without one is never that. */
enum status session_offline_promise(struct session *session, uint8_t promise[PROMISE_SIZE]) EPURSE_MUST_USE;
/* GET DATA 7F21: the certificate of the card's SIG key; not verified here. */
enum status session_certificate(struct session *session, uint8_t certificate[CERTIFICATE_MAX],
                                size_t *len) EPURSE_MUST_USE;
/* GET BALANCE: minor units and points. Errors as of session_command, and STATUS_BAD_REPLY: not such an answer. */
enum status session_balance(struct session *session, struct balance *balance) EPURSE_MUST_USE;
/* GET DATA DF70, what a card says of itself; likewise. */
enum status session_info(struct session *session, struct card_info *info) EPURSE_MUST_USE;
/* All records of a ring, newest first. *count: capacity in, records out. */
enum status session_log(struct session *session, uint8_t sfi, struct log_record *records,
                        size_t *count) EPURSE_MUST_USE;
/* APPLICATION BLOCK by an order that the server has signed: with STATUS_OK the card is dead for good. */
enum status session_block(struct session *session, const uint8_t order[BLOCK_ORDER_SIZE]) EPURSE_MUST_USE;
/* Blank cards. */
enum status session_generate(struct session *session, uint8_t request[CARD_REQUEST_SIZE]) EPURSE_MUST_USE;
/* STORE DATA: one data grouping, `dgi` of enum store_data_dgi; `last` locks the card. STATUS_BAD_LENGTH: above what one
 * command carries, nothing was sent. */
enum status session_store(struct session *session, uint16_t dgi, const uint8_t *data, size_t len,
                          bool last) EPURSE_MUST_USE;

#endif
