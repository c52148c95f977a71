/* SPDX-License-Identifier: Apache-2.0
 * A terminal of the bench: a certified one with a queue of signed messages, made before anything is measured. */
#ifndef EPURSE_TESTS_BENCH_TILL_H
#define EPURSE_TESTS_BENCH_TILL_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "epurse/message.h"
#include "epurse/pin_envelope.h"
#include "world.h"

/* A message, from the promise to the checked answer. */
struct item {
  enum message_type type; /* MESSAGE_PURCHASE, MESSAGE_LOAD or MESSAGE_CONFIRMATION */
  uint32_t purse;         /* whose, of an order */
  uint32_t amount;        /* minor units, of an order */
  uint8_t promise[PROMISE_SIZE];
  char *pin_jwe;                /* of an order */
  unsigned reference;           /* of an order: its number at this terminal; 0: none */
  struct confirmations *proofs; /* of a confirmation */
  bool takes_alone;             /* of an order: the answer may be the authorisation alone */
  int64_t seq, time;            /* as it is signed now */
  char *wire;                   /* the whole HTTP request, as it is signed now */
  size_t wire_len;              /* bytes */
  unsigned tries;               /* how often it was sent */
  char *answer;                 /* body of the reply with HTTP 200 */
  size_t answer_len;            /* bytes */
};

struct till {
  char tid[TID_SIZE + 1], merchant[MERCHANT_MAX + 1];
  uint8_t role; /* enum role */
  struct key *sig, *ecka;
  uint8_t certificate[CERTIFICATE_MAX]; /* that cards read */
  size_t certificate_len;
  SSL_CTX *tls;
  int64_t seq;               /* of the last message that was made */
  struct pin_agreement pins; /* its ephemeral key, repeated as a terminal that lives on repeats it */
  bool takes_alone;          /* it has asked for one reply under a signature: from now on the authorisation will do */
  struct item *items;
  size_t count, capacity;
  size_t next;                   /* the first that has no answer yet */
  struct confirmations *pending; /* proofs of commits, not yet in a message */
  size_t full;                   /* so many of them go into one; 0: none went yet */
  unsigned references;           /* taken so far */
  size_t turn;                   /* whose turn it is among its cards */
  int64_t acknowledged;          /* minor units that the server approved here, checked */
};

/* Terminals of one kind. */
struct tills {
  const char *name; /* three letters, which their TIDs begin with */
  uint8_t role;     /* enum role */
  size_t count;
  struct till *list;
};
/* The bank and the shops. */
void tills_merchants(struct ledger *ledger);
/* Makes tills->count terminals with keys and certificates and registers them; merchants are theirs by turns. */
void tills_make(const struct world *world, struct ledger *ledger, struct tills *tills);
void tills_free(struct tills *tills);

/* A new item at the end of the queue, all zeros but for its type; valid until the next call. */
struct item *till_add(struct till *till, enum message_type type);
/* Signs the item, anew where it was signed before: next sequence number, that time (unix seconds). Numbers leave room
 * for a message that has to be sent again before those behind it, which are signed already. */
void till_sign(struct till *till, struct item *item, int64_t time);
/* Drops what has been answered. */
void till_forget(struct till *till);
/* Releases a queue and what is in it. */
void items_free(struct item *items, size_t count);

/* The bank's and the shops' identifiers. */
#define TILL_BANK       "BANK"
#define TILL_SHOP_COUNT 16
void till_shop(size_t number, char id[MERCHANT_MAX + 1]);

#endif
