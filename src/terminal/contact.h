/* SPDX-License-Identifier: Apache-2.0
 * A meeting of terminal and card: waiting for it, the session, whose card it is, and the cardholder's PIN. */
#ifndef EPURSE_TERMINAL_CONTACT_H
#define EPURSE_TERMINAL_CONTACT_H

#include "epurse/session.h"
#include "epurse/terminal.h"

struct reader;

/* Zeroed but for the first three, which are borrowed; ended by contact_close. */
struct contact {
  struct terminal *terminal;
  struct reader *reader;
  const struct dialogue *dialogue; /* may be NULL */
  struct session session;
  bool connected, open; /* the card; the session */
  bool cid_known;
  uint8_t cid[CID_SIZE];
  uint8_t nonce[NONCE_SIZE]; /* N of the last contact_verify */
};

/* Waits for a card and connects to it, no more. Statuses of reader_wait, reader_connect; NO_CARD where none came. */
enum status contact_wait(struct contact *contact, int wait_seconds) EPURSE_MUST_USE;
/* Waits for a card and opens a session with it. Statuses of reader_wait, reader_connect, session_open. */
enum status contact_open(struct contact *contact, int wait_seconds) EPURSE_MUST_USE;
/* Opens a session with the card that contact_wait found. */
enum status contact_enter(struct contact *contact) EPURSE_MUST_USE;
/* After a loss: a new session with the card that is there, or is put back within a few seconds where somebody can be
 * asked to. It may be another card. */
enum status contact_reopen(struct contact *contact) EPURSE_MUST_USE;
void contact_close(struct contact *contact);

/* Learns the card's number, once per session: one protected command. */
enum status contact_identify(struct contact *contact) EPURSE_MUST_USE;
/* contact_reopen with the very card of that number. STATUS_OUTCOME_UNKNOWN: another one came. */
enum status contact_return(struct contact *contact, const uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;
/* Tells the server which card is here, where nothing else will: it may have been reported lost, and then dies here. For
 * STATUS_CARD_EXPIRED and STATUS_CARD_UNKNOWN the caller decides. A server that does not answer keeps nobody from
 * reading: STATUS_OK. */
enum status contact_take_verdict(struct contact *contact) EPURSE_MUST_USE;

/* CLOCK_MONOTONIC milliseconds, from 1. */
int64_t contact_now(void);

/* How far it is, for whoever shows it. */
void contact_step(const struct contact *contact, enum dialogue_step step);
/* One sentence for the people. */
void contact_say(const struct contact *contact, const char *sentence);
/* The sentence in their language, for figures to be set in. */
const char *contact_words(const struct contact *contact, const char *english) __attribute__((format_arg(2)));

/* An amount in minor units for such a sentence, as their locale writes it; for programs with a point. */
void contact_amount(const struct contact *contact, int64_t minor, uint16_t currency, char text[AMOUNT_TEXT_MAX]);

/* VERIFY with a fresh N. */
enum status contact_verify(struct contact *contact, const uint8_t block[PIN_BLOCK_SIZE],
                           uint8_t *tries_left) EPURSE_MUST_USE;

/* Presents a PIN to the card in some command; WRONG_PIN and PIN_BLOCKED set *tries_left. */
typedef enum status contact_attempt(void *context, const char *digits, const uint8_t block[PIN_BLOCK_SIZE],
                                    uint8_t *tries_left);
/* Asks for the PIN and attempts it, again after each wrong one; the server is brought what the card signed of these.
 * Ends with the status of the last attempt; WRONG_PIN where the cardholder gave up after one, CANCELLED or what the
 * dialogue said before. */
struct contact_pin {
  contact_attempt *attempt;
  void *context;
  unsigned tries_left; /* out: after the last attempt */
};
enum status contact_try_pin(struct contact *contact, struct contact_pin *pin) EPURSE_MUST_USE;

#endif
