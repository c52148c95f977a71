/* SPDX-License-Identifier: Apache-2.0
 * What the files of the ZVT client share: one command's talk with a bank's terminal, its receipts, and what became of
 * orders. */
#ifndef EPURSE_TENDER_ZVT_CLIENT_H
#define EPURSE_TENDER_ZVT_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tender_driver.h"
#include "zvt/zvt_frame.h"

/* ---- zvt_talk.c: one command, from its acknowledgement to its end ---- */

#define ZVT_PAPER_MAX 4096

/* What the terminal has the till print: UTF-8 lines, each ended by "\n", without card numbers. */
struct zvt_paper {
  char holder[ZVT_PAPER_MAX], shop[ZVT_PAPER_MAX]; /* cut where they are full */
};

enum zvt_end {
  ZVT_OPEN,    /* not ended yet */
  ZVT_DONE,    /* 06 0F */
  ZVT_ENDED,   /* 06 1E and why */
  ZVT_REFUSED, /* 84 and why, in place of an acknowledgement: nothing was begun */
  ZVT_UNSENT,  /* the line was not there: nothing was begun */
  ZVT_LOST     /* the line broke, or nothing came in time: what became of it is not known */
};

/* What a 04 0F says; -1: it does not say. */
struct zvt_status {
  int result;
  int64_t amount, currency, receipt, trace, time, date, terminal, original;
  char text[100]; /* UTF-8, without card numbers; "": none */
};

struct zvt_talk {
  enum zvt_end end;
  uint8_t code;      /* of ZVT_ENDED and ZVT_REFUSED */
  bool acknowledged; /* what comes before that belongs to another command */
  bool has_status;   /* the last 04 0F could be read */
  bool has_bad;      /* one could not */
  struct zvt_status status;
  struct zvt_paper *paper; /* NULL: not wanted */
};

enum zvt_reply { ZVT_REPLY_NONE, ZVT_REPLY_YES, ZVT_REPLY_NO, ZVT_REPLY_GOODS };

/* Takes what the terminal sent; talk->end says whether that was its last word. Answers what it is to hear: nothing, 80
 * 00 00, 84 83 00, or whether what it has charged for is handed out (ZVT_REPLY_GOODS: the 04 0F of an approval). */
enum zvt_reply zvt_talk_take(struct zvt_talk *talk, const struct zvt_frame *frame);

/* ---- zvt_line.c ---- */

#define ZVT_T3_MS 5000 /* for an acknowledgement, and for the rest of a frame that has begun */

struct bank_line {
  int fd;
  uint8_t in[ZVT_FRAME_MAX];
  size_t len;
  int64_t give_up, begun; /* of the whole command; of a frame that is not whole yet */
  atomic_uint *goods;     /* the answer to an approval, a ZVT_GOODS_...; NULL: yes */
  bool pauses, held;      /* listening ends where that answer was "not yet"; it was */
};

#define ZVT_GOODS_YES  0x00 /* 80 00 00 */
#define ZVT_GOODS_NO   0x66 /* 84 66 00: the terminal takes the charge back by itself */
#define ZVT_GOODS_WAIT 0x9C /* 84 9C 00: it asks again */

/* False: the line is lost. */
bool bank_line_send(int fd, uint8_t class, uint8_t instruction, const uint8_t *data, size_t len);
/* Until the command has ended, the line is lost, or nothing came for `silence` milliseconds. True: it was silent. */
bool bank_line_listen(struct bank_line *line, struct zvt_talk *talk, int64_t silence);
/* Closes it; lets the last acknowledgement arrive, which closing with something unread would take away. */
void bank_line_end(struct bank_line *line);

/* ---- zvt_hold.c: a charge that waits for its goods ---- */

/* One, kept by a thread that says "not yet" each time the terminal asks. */
struct zvt_hold {
  bool live;
  pthread_t thread;
  atomic_uint answer;
  struct bank_line line;
  struct zvt_talk talk; /* the thread's while it is live */
};

/* Takes over line and talk. Where nobody says otherwise within a minute, the charge stands. */
void zvt_hold_begin(struct zvt_hold *hold);
/* Says so, and waits for the end of the command: hold->talk. Closes the line. */
void zvt_hold_end(struct zvt_hold *hold, unsigned answer);

/* ---- zvt_orders.c: what is known of each order, in a file that outlives the program ---- */

#define ZVT_ORDERS_MAX  256 /* of them at most ZVT_ORDERS_KEPT that are settled */
#define ZVT_ORDERS_KEPT 32

enum zvt_stage {
  ZVT_SENT,      /* 06 01 went out, or was about to */
  ZVT_HELD,      /* charged, and the terminal waits for the goods; with its line lost, it may have been taken back */
  ZVT_PAID,      /* charged */
  ZVT_REVERSING, /* 06 30 went out, or was about to */
  ZVT_CONFIRMED, /* settled: it stands */
  ZVT_DECLINED,  /* settled: never charged */
  ZVT_REVERSED   /* settled: given back */
};

/* How a terminal tells its transactions apart; -1: it does not say. */
struct zvt_mark {
  int64_t receipt, trace, time, date;
};

enum zvt_told {
  ZVT_UNTOLD, /* it does not tell what its last transaction was */
  ZVT_NONE,   /* it had none */
  ZVT_KNOWN   /* `before` is it */
};

struct zvt_order {
  char name[TENDER_ORDER_MAX + 1];
  enum zvt_stage stage;
  int64_t amount, currency, terminal; /* terminal: its TID; -1: not known */
  enum zvt_told told;                 /* of the last transaction before this order */
  struct zvt_mark before, charge;     /* charge: from ZVT_HELD on */
};

struct zvt_orders {
  char path[1280];
  size_t count;
  struct zvt_order orders[ZVT_ORDERS_MAX]; /* the newest last */
};

/* Reads the file as it is now; none is an empty one. STATUS_BAD_CONFIG: it is damaged. */
enum status zvt_orders_read(struct zvt_orders *orders) EPURSE_MUST_USE;
/* Durable when it returns; the oldest settled ones are left out. STATUS_STORE_FAILED. */
enum status zvt_orders_save(struct zvt_orders *orders) EPURSE_MUST_USE;
/* Borrowed; NULL: there is none of that name. */
struct zvt_order *zvt_orders_find(struct zvt_orders *orders, const char *name);
/* A new one, as the newest; NULL: too many are not settled. */
struct zvt_order *zvt_orders_add(struct zvt_orders *orders, const char *name);

/* ---- zvt_judge.c: what answers mean for the money ---- */

/* A terminal's 04 0F says that so much was charged, and by which number it is reversed. */
bool zvt_says_paid(const struct zvt_status *status, const struct zvt_order *order);
/* The answer to 06 20 says that there was no transaction yet. */
bool zvt_says_none(const struct zvt_talk *talk);
/* Of a payment that was just sent. */
enum tender_outcome zvt_judge_payment(const struct zvt_talk *talk, const struct zvt_order *order);
/* Of an order in ZVT_SENT, ZVT_HELD or ZVT_REVERSING, by the answer to 06 20. `newest`: no other order went out after
 * it. */
enum tender_outcome zvt_judge_last(const struct zvt_talk *talk, const struct zvt_order *order, bool newest);
/* Of a reversal that was just sent. */
enum tender_outcome zvt_judge_reversal(const struct zvt_talk *talk);

/* ---- zvt_receipt.c: the terminal's receipts as files ---- */

/* Writes both parts that are not empty, under the bank's reference, into that folder, which is made where it is
 * missing. */
void zvt_receipt_keep(const char *folder, const char *reference, const struct zvt_paper *paper);

#endif
