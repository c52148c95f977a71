/* SPDX-License-Identifier: Apache-2.0
 * What a corrupt party can do by itself: sign promises with a card's keys, ask the server with a terminal's, open
 * sessions by hand, look at the books as an auditor would. */
#ifndef EPURSE_TESTS_SYSTEM_ATTACK_PARTY_H
#define EPURSE_TESTS_SYSTEM_ATTACK_PARTY_H

#include "epurse/ledger_incident.h"
#include "epurse/session.h"
#include "wire_stage.h"

/* ---- an opened card: its memory is known ---- */

/* The promise that this card would make next, to that terminal; r is the thief's own choice. */
void party_promise(const struct card_memory *card, const struct terminal *terminal, uint32_t amount,
                   const uint8_t secret[SECRET_SIZE], struct promise *promise);
void party_sign(const struct promise *promise, const uint8_t sig_private[CRYPTO_P256_PRIVATE_SIZE],
                uint8_t record[PROMISE_SIZE]);

void party_pin_sign(const struct pin_record *pin, const uint8_t sig_private[CRYPTO_P256_PRIVATE_SIZE],
                    uint8_t record[PIN_RECORD_SIZE]);
/* It says from here on that it is that card, takes that PIN, has all its tries, and signs with its own key. */
struct party_lie {
  const uint8_t *cid; /* CID_SIZE */
  const char *pin;    /* NULL: the one that it has */
  bool denies;        /* that it has ever committed anything */
};
void party_lies(struct flow_card *card, const struct party_lie *lie);

/* ---- a terminal's keys are known ---- */

/* PURCHASE, LOAD_INQUIRY or LOAD with that promise; `pin` NULL: none is sent. The server's word; what came with it. */
enum status party_ask(struct terminal *terminal, enum message_type type, const uint8_t promise[PROMISE_SIZE],
                      const char *pin, struct transaction_reply *reply);
enum status party_confirm(struct terminal *terminal, const uint8_t cid[CID_SIZE], uint32_t atc,
                          const uint8_t secret[SECRET_SIZE]);
/* The first half of a change of PIN, of the card that the record names. */
enum status party_begin_change(struct terminal *terminal, const uint8_t record[PIN_RECORD_SIZE], const char *new_pin);
/* Any message; its reply is dropped. The body is stolen. */
enum status party_tell(struct terminal *terminal, enum message_type type, json_t *body);

/* ---- in a session with a card ---- */

void party_session(struct stage *stage, const struct terminal *terminal, struct session *session);
/* INITIALIZE with the holder's PIN riding. */
enum status party_initialize(struct session *session, const struct terminal *terminal, uint8_t p1, uint32_t amount,
                             uint8_t promise[PROMISE_SIZE]);
/* One protected command; the status word. */
uint16_t party_command(struct session *session, const struct apdu *command, struct apdu_response *response);
/* A whole authorised purchase up to the server's answer: session open, promise made, authorisation here. */
void party_authorised(struct stage *stage, struct terminal *pos, uint32_t amount, struct session *session,
                      uint8_t promise[PROMISE_SIZE], struct transaction_reply *reply);

/* ---- the books ---- */

/* The newest incident, out of a copy of the ledger's file. */
void party_incident(struct ledger_incident *incident);
/* Nothing has been booked between these two but `postings` rows; money moved to merchants and from tenders by so much.
 */
struct books_change {
  int64_t postings, merchants, tenders, incidents, holds;
};
void party_books(const struct stage *stage, const struct books *before, const struct books_change *change);

#endif
