/* SPDX-License-Identifier: Apache-2.0
 * What became of a promise: bodies of the messages that ask it and tell it; as message.h has them for all others. */
#ifndef EPURSE_INQUIRY_H
#define EPURSE_INQUIRY_H

#include "epurse/message.h"

/* TRANSACTION_INQUIRY
 * {"promise"[,"authorisation","secret"[,"tender","reference"][,"iban","holder"][,"close"][,"merchant_reference"]]}:
 * what became of it? With authorisation and r it is a whole receipt, which a server that has forgotten it books anew; a
 * load's names its tender as LOAD does, a payout's its account and whether it ends the card as PAYOUT does, and what
 * the caller named goes by that name again. LOAD_REVERSAL {"promise","given_back"}: the terminal asks whether the bank
 * may give the load's money back, or says that it has. HAND_OUT
 * {"promise","wish"[,"authorisation","secret"[,"close"][,"merchant_reference"]]}: what is to become of a payout that
 * the card has committed; with its whole receipt where it was decided already, and the server has forgotten it. The
 * promise is whole, as the card signed it. */
enum hand_out_wish {
  HAND_OUT_PAY = 1, /* "pay": may it be handed out? */
  HAND_OUT_BACK,    /* "back": the holder wants it owed to the card */
  HAND_OUT_DONE     /* "done": it was handed out */
};
struct inquiry_request {
  uint8_t promise[PROMISE_SIZE];
  bool given_back;  /* LOAD_REVERSAL; else false */
  uint8_t wish;     /* HAND_OUT: enum hand_out_wish; else 0 */
  bool has_receipt; /* not LOAD_REVERSAL; else false, and what follows is not there */
  uint8_t authorisation[AUTHORISATION_SIZE];
  uint8_t secret[SECRET_SIZE];       /* r */
  char tender_kind[16];              /* loads; else "" */
  char tender_reference[64];         /* the bank's; else "" */
  char iban[IBAN_MAX + 1];           /* a payout's account; "": in cash, or not known any more */
  char holder[HOLDER_MAX + 1];       /* with it: whose it is */
  bool closes;                       /* a payout that ends its card */
  char reference[REFERENCE_MAX + 1]; /* the caller's; "": none */
};
/* `type` says whether given_back goes along (MESSAGE_LOAD_REVERSAL), or the wish (MESSAGE_HAND_OUT). */
json_t *inquiry_request_body(enum message_type type, const struct inquiry_request *request);
/* Takes given_back with MESSAGE_LOAD_REVERSAL only, the wish with MESSAGE_HAND_OUT only, and then wants it. Promise and
 * authorisation are not decoded, r is compared with nothing. */
enum status inquiry_request_parse(enum message_type type, const json_t *body,
                                  struct inquiry_request *request) EPURSE_MUST_USE;

/* How a transaction ended, as far as the server knows. */
enum fate {
  FATE_NEVER_SEEN = 1, /* and it will never be authorised */
  FATE_HELD,           /* authorised; the card's next promise, or r, will tell */
  FATE_CAPTURED,       /* the card committed: r is beside it, unless a later promise of the card was the proof */
  FATE_RELEASED,       /* the card signed that it did not, and nothing is owed for it */
  FATE_DECLINED,
  FATE_OWED, /* a load: the card signed that it did not; the amount is owed to it. A payout: it is owed back */
  FATE_PAY   /* a payout: captured, and the terminal that asks hands it out */
};
/* Their reply {"promise_hash","fate"[,"secret"][,"deposit"]}, with OK, and for LOAD_REVERSAL with LOAD_CREDITED (the
 * money must not be given back, the card has it); nothing otherwise. */
struct inquiry_reply {
  uint8_t promise_hash[CRYPTO_SHA256_SIZE]; /* record_hash of the promise: this one and no other */
  enum fate fate;
  bool has_secret;
  uint8_t secret[SECRET_SIZE]; /* r */
  int64_t deposit; /* HAND_OUT: minor units, of the card that the payout closes, to go out beside it; 0: none */
};
/* The secret goes along where has_secret says so, a deposit above 0. */
json_t *inquiry_reply_body(const struct inquiry_reply *reply);
/* has_secret: whether one came, with whatever fate; it is not compared with any promise. STATUS_BAD_FORMAT: also a fate
 * that is none of these. */
enum status inquiry_reply_parse(const json_t *body, struct inquiry_reply *reply) EPURSE_MUST_USE;

#endif
