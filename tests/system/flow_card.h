/* SPDX-License-Identifier: Apache-2.0
 * A card of the flow world, in process behind a reader that can be told to lose it; its holder, who has a list of PINs
 * to type; and a bank that answers as it is told. */
#ifndef EPURSE_TESTS_SYSTEM_FLOW_CARD_H
#define EPURSE_TESTS_SYSTEM_FLOW_CARD_H

#include <stdbool.h>

#include "epurse/reader.h"
#include "epurse/terminal.h"
#include "epurse/vcard.h"

#define HOLDER_PIN "2468"

/* The reader's accident: just before or just behind the next command with this instruction. */
struct accident {
  uint8_t ins;          /* 0: none */
  uint32_t fail_nth;    /* the card's power fails at its n-th write from there ... */
  bool fail_after;      /* ... before or after that took effect */
  bool drop_before;     /* the command does not reach the card */
  bool drop_after;      /* its answer does not reach the terminal */
  bool silent;          /* a drop is told as a card that gives no answer */
  bool keep_away;       /* afterwards there is no card until flow_card_return */
  void (*hook)(void *); /* called just before the command ... */
  bool hook_after;      /* ... or just after it */
  void *context;
};

struct flow_card {
  char path[256];
  uint8_t cid[CID_SIZE];
  struct vcard *vcard;
  struct reader *inner;
  struct reader reader; /* what the terminal gets */
  struct accident accident;
  bool away, happened;
  /* the holder */
  const char *pins[8]; /* typed one after the other; NULL: gives up */
  unsigned asked;      /* how often, so far */
  const char *new_pin; /* wants this one from now on; NULL: thinks better of it */
  unsigned tries_left; /* as it was told last */
  struct dialogue dialogue;
};

/* A raw card; and one with the holder's PIN, loaded with `minor` where that is not 0. */
void flow_card_new(struct flow_card *card, const char *name);
void flow_card_issue(struct flow_card *card, const char *name, int64_t minor);
/* One that is in a file already. */
void flow_card_attach(struct flow_card *card, const char *path);
/* The card comes back, out of the way of accidents. */
void flow_card_return(struct flow_card *card);
void flow_card_remove(struct flow_card *card);
/* Lets go of the card's file, so that another process can have it, and takes it back. */
void flow_card_release(struct flow_card *card);
void flow_card_take(struct flow_card *card);
/* The holder types these; a list that ends with NULL. */
void flow_card_type(struct flow_card *card, const char *const pins[]);

/* Balance on the card = shadow balance = `minor`; nothing in hold, nothing owed. */
void flow_card_settled(const struct flow_card *card, int64_t minor);
/* What is on the card, read from its memory. */
int64_t flow_card_balance(const struct flow_card *card);

/* One purchase or load in a terminal that is opened for it. */
enum status flow_pay(struct flow_card *card, const char *terminal, int64_t minor, struct outcome *outcome);
enum status flow_load(struct flow_card *card, struct tender *tender, int64_t minor, struct outcome *outcome);
/* ... at that one; flow_load is at "reload". */
enum status flow_load_at(const char *terminal, struct flow_card *card, struct tender *tender, int64_t minor,
                         struct outcome *outcome);
/* How many entries of that terminal's journal are open. */
unsigned flow_open_entries(const char *terminal);
/* terminal_recover there; answers what stays open. */
unsigned flow_recover(const char *terminal, struct tender *tender);

/* ---- the bank ---- */

struct bank {
  struct tender tender;
  enum tender_outcome answer;  /* to authorise */
  enum tender_outcome last;    /* what it says of the order afterwards */
  enum tender_outcome reverse; /* to reverse */
  enum status line;            /* of authorise; STATUS_OK */
  void (*hook)(void *);        /* called while it charges */
  void *context;
  unsigned charged, confirmed, reversed; /* how often it did */
  char order[64], before[64];            /* the last two */
};
/* A bank that charges, confirms and gives back as it should. */
void bank_make(struct bank *bank);

#endif
