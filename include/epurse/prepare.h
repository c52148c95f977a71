/* SPDX-License-Identifier: Apache-2.0
 * A factory-fresh card becomes an INITIALISED one: own keys in its issuer security domain, the applet, the transport
 * key; proved at the end by the purse itself. Broken off anywhere, the same again goes on. */
#ifndef EPURSE_PREPARE_H
#define EPURSE_PREPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/domain.h"

/* Key version of a set that we put, by what cards of either protocol are asked for (GPC 11.8 notes); the one after it
 * where the seller's set has it. */
#define PREPARE_KVN_SCP02 0x20
#define PREPARE_KVN_SCP03 0x30

/* How far it came; with a failure: in which step it stopped. */
enum prepare_step {
  PREPARE_LOOK,    /* nothing was changed */
  PREPARE_PURSE,   /* a purse that does not answer as one, and may be a cardholder's */
  PREPARE_OPEN,    /* the domain's keys */
  PREPARE_KEYS,    /* own keys */
  PREPARE_FORGET,  /* the seller's, which would open the domain beside them */
  PREPARE_CLEAR,   /* what an earlier try left */
  PREPARE_LOAD,    /* the package */
  PREPARE_INSTALL, /* the applet */
  PREPARE_LOCK,    /* the card's state */
  PREPARE_PROVE,   /* the purse, with its transport key */
  PREPARE_DONE
};

struct prepare {
  const struct cap *cap;              /* not with undo */
  struct domain_keys keys;            /* those the card comes with */
  enum domain_diversification method; /* of them */
  const uint8_t *domain_master;       /* AES-128, of our own sets; NULL: the card keeps its keys */
  const uint8_t *batch_key;           /* AES-128, of the transport keys */
  bool undo;                          /* take away what it made */
  bool lock;                          /* and SECURED, from which there is no way back */
  domain_progress *progress;          /* of the load; may be NULL */
  void *context;
  /* Filled as far as it goes. */
  enum prepare_step step;
  struct domain_view view;
  bool has_purse;         /* SELECT found it */
  bool was_ours;          /* the domain had our keys already, by its own cryptogram */
  uint8_t own_version;    /* of our set, there or to come; 0: none is free for it */
  uint8_t seller_version; /* with was_ours: of a set that opens the domain beside it; 0: none does */
  bool was_done;          /* the card was prepared already, and nothing was changed */
  uint16_t sw; /* with STATUS_CARD_REFUSED: what the card said, where it was INSTALL, LOAD or (PREPARE_LOOK) SELECT */
};

/* What would be done; no key is proved to the card. Fills view and the versions. STATUS_CARD_ALREADY_ISSUED: it is a
 * cardholder's card; STATUS_CARD_REFUSED in PREPARE_PURSE: no purse answers, nor does the card say that it knows none
 * (with undo that is no matter); STATUS_NOT_FOUND: the chip names no number to derive keys from; otherwise as
 * domain_look. */
enum status prepare_look(struct prepare *prepare, struct reader *reader) EPURSE_MUST_USE;

/* All of it. STATUS_CARD_ALREADY_ISSUED: a cardholder's card is never touched; STATUS_NOT_AUTHENTICATED: the card has
 * other keys, or (PREPARE_PROVE) the purse another transport key; STATUS_NOT_FOUND: the chip names no number to derive
 * keys from; STATUS_CARD_REFUSED, CARD_LOST, ... in `step`. */
enum status prepare_run(struct prepare *prepare, struct reader *reader) EPURSE_MUST_USE;

#endif
