/* SPDX-License-Identifier: Apache-2.0
 * The bank's terminal on a ZVT line (PA00P015): charged before the card is loaded, reversed where it was not, asked
 * what its last transaction was where a line was lost. A connection per command: many terminals drop an idle line
 * within seconds. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "line.h"
#include "zvt_client.h"

#define CONNECT_MS 5000
#define T4_SECONDS 180    /* for the next frame: a 04 FF begins it anew */
#define WHOLE_MS   900000 /* for one command, whatever is said meanwhile */
#define BUSY_TRIES 5      /* a terminal that is at something else yet, a second apart */

/* Configuration byte of 06 00: wants 04 FF, amounts come from the till; with a printer, payments' receipts by 06 D1 or
 * 06 D3. */
#define CONFIG_PLAIN  0x18
#define CONFIG_PRINTS 0x9A

struct zvt {
  struct line_peer peer;
  struct tender_operator operator;
  long wait_seconds;
  uint8_t password[3];
  uint16_t currency;  /* of the order at hand */
  char receipts[512]; /* "": they are not kept */
  struct zvt_orders orders;
  struct zvt_paper paper;
  bool goods;                      /* the terminal waits until the card is loaded */
  char held[TENDER_ORDER_MAX + 1]; /* the order of `hold` */
  struct zvt_status held_status;   /* what was charged for it */
  struct zvt_hold hold;
};

static const char *zvt_word(const struct zvt *zvt, const char *english) __attribute__((format_arg(2)));
static const char *zvt_word(const struct zvt *zvt, const char *english) {
  return zvt->operator.words != NULL ? zvt->operator.words(english) : english;
}

/* ---- commands ---- */

/* A command's answer. What takes too long is told to stop, and listened to once more: it may have been done. */
static void zvt_command_on(struct zvt *zvt, struct bank_line *line, uint8_t instruction,
                           const struct bytes_writer *data, struct zvt_talk *talk) {
  line->fd = peer_connect(&zvt->peer, peer_now() + CONNECT_MS);
  line->give_up = peer_now() + WHOLE_MS;
  talk->end = line->fd < 0 || data->failed ? ZVT_UNSENT : ZVT_OPEN;
  if (talk->end == ZVT_OPEN && !bank_line_send(line->fd, 0x06, instruction, data->start, data->len))
    talk->end = ZVT_LOST;
  if (bank_line_listen(line, talk, (int64_t)zvt->wait_seconds * 1000) && talk->acknowledged &&
      bank_line_send(line->fd, 0x06, 0xB0, NULL, 0)) {
    line->give_up = peer_now() + ZVT_T3_MS;
    (void)bank_line_listen(line, talk, ZVT_T3_MS);
  }
  if (talk->end == ZVT_OPEN && !line->held)
    talk->end = ZVT_LOST;
  if (line->fd >= 0 && talk->end != ZVT_OPEN)
    bank_line_end(line);
}

static void zvt_command(struct zvt *zvt, uint8_t instruction, const struct bytes_writer *data, struct zvt_talk *talk) {
  struct bank_line line = {.fd = -1};
  zvt_command_on(zvt, &line, instruction, data, talk);
}

/* 06 00. A terminal that completes it speaks ZVT and is at nothing else. */
static enum zvt_end zvt_register(struct zvt *zvt) {
  static const uint8_t blocks[] = {0x06, 0x06, 0x26, 0x04, 0x0A, 0x02, 0x06, 0xD3}; /* takes 06 D3 */
  uint8_t bytes[32];
  struct bytes_writer data = bytes_writer(bytes, sizeof bytes);
  struct zvt_talk talk = {.end = ZVT_OPEN};
  bytes_write(&data, zvt->password, sizeof zvt->password);
  bytes_write_u8(&data, zvt->operator.prints ? CONFIG_PRINTS : CONFIG_PLAIN);
  zvt_bcd_write(&data, zvt->currency, 2);
  if (zvt->operator.prints)
    bytes_write(&data, blocks, sizeof blocks);
  zvt_command(zvt, 0x00, &data, &talk);
  return talk.end;
}

/* Stops what may still run there, an order whose line was lost. */
static void zvt_stop(struct zvt *zvt) {
  const struct bytes_writer nothing = bytes_writer(NULL, 0);
  struct zvt_talk talk = {.end = ZVT_OPEN};
  struct bank_line line = {.fd = peer_connect(&zvt->peer, peer_now() + CONNECT_MS), .give_up = peer_now() + 1000};
  if (line.fd < 0)
    return;
  if (bank_line_send(line.fd, 0x06, 0xB0, nothing.start, 0))
    (void)bank_line_listen(&line, &talk, 1000);
  close(line.fd);
}

/* Waits until it is at nothing; false: it is at something for too long, or not there. */
static bool zvt_idle(struct zvt *zvt) {
  enum zvt_end end = zvt_register(zvt);
  for (int i = 1; (end == ZVT_REFUSED || end == ZVT_ENDED) && i < BUSY_TRIES; i++) {
    zvt_stop(zvt);
    (void)poll(NULL, 0, 1000);
    end = zvt_register(zvt);
  }
  return end == ZVT_DONE;
}

/* 06 20, without receipts. */
static void zvt_ask(struct zvt *zvt, struct zvt_talk *talk) {
  uint8_t bytes[8];
  struct bytes_writer data = bytes_writer(bytes, sizeof bytes);
  *talk = (struct zvt_talk){.end = ZVT_OPEN};
  bytes_write(&data, zvt->password, sizeof zvt->password);
  zvt_put_byte(&data, ZVT_SERVICE, 0x03);
  zvt_command(zvt, 0x20, &data, talk);
}

/* Where the terminal waits for the goods, talk->end stays ZVT_OPEN, and zvt->hold is live. */
static void zvt_pay(struct zvt *zvt, const struct zvt_order *order, struct zvt_talk *talk) {
  uint8_t bytes[16];
  struct bytes_writer data = bytes_writer(bytes, sizeof bytes);
  zvt->paper = (struct zvt_paper){.holder = ""};
  *talk = (struct zvt_talk){.end = ZVT_OPEN, .paper = &zvt->paper};
  zvt_put_bcd(&data, ZVT_AMOUNT, (uint64_t)order->amount, 6);
  zvt_put_bcd(&data, ZVT_CURRENCY, (uint64_t)order->currency, 2);
  if (!zvt->goods) {
    zvt_command(zvt, 0x01, &data, talk);
    return;
  }
  struct zvt_hold *hold = &zvt->hold;
  atomic_store(&hold->answer, ZVT_GOODS_WAIT);
  hold->line = (struct bank_line){.fd = -1, .goods = &hold->answer, .pauses = true};
  zvt_command_on(zvt, &hold->line, 0x01, &data, talk);
  if (talk->end != ZVT_OPEN)
    return;
  hold->talk = *talk;
  memcpy(zvt->held, order->name, sizeof zvt->held);
  zvt_hold_begin(hold);
  if (!hold->live)
    *talk = hold->talk;
}

static void zvt_give_back(struct zvt *zvt, const struct zvt_order *order, struct zvt_talk *talk) {
  uint8_t bytes[8];
  struct bytes_writer data = bytes_writer(bytes, sizeof bytes);
  zvt->paper = (struct zvt_paper){.holder = ""};
  *talk = (struct zvt_talk){.end = ZVT_OPEN, .paper = &zvt->paper};
  bytes_write(&data, zvt->password, sizeof zvt->password);
  zvt_put_bcd(&data, ZVT_RECEIPT, (uint64_t)order->charge.receipt, 2);
  zvt_command(zvt, 0x30, &data, talk);
}

/* ---- orders ---- */

static struct zvt_mark mark_of(const struct zvt_status *status) {
  return (struct zvt_mark){status->receipt, status->trace, status->time, status->date};
}

static unsigned digits(int64_t value, unsigned limit) {
  return value < 0 ? 0 : (unsigned)(value % limit);
}

/* The bank's name of the charge: terminal, receipt, trace, date. */
static void reference_make(const struct zvt_order *order, char reference[TENDER_REFERENCE_MAX]) {
  const struct zvt_mark *charge = &order->charge;
  snprintf(reference, TENDER_REFERENCE_MAX, "%08u-%04u-%06u-%04u", digits(order->terminal, 100000000),
           digits(charge->receipt, 10000), digits(charge->trace, 1000000), digits(charge->date, 10000));
}

/* Tells of an order as it is known. */
static void result_tell(const struct zvt_order *order, struct tender_result *result) {
  static const enum tender_outcome outcomes[] = {
      [ZVT_SENT] = TENDER_UNKNOWN,      [ZVT_HELD] = TENDER_UNKNOWN,   [ZVT_PAID] = TENDER_PAID,
      [ZVT_REVERSING] = TENDER_UNKNOWN, [ZVT_CONFIRMED] = TENDER_PAID, [ZVT_DECLINED] = TENDER_DECLINED,
      [ZVT_REVERSED] = TENDER_REVERSED};
  result->outcome = outcomes[order->stage];
  if (order->charge.receipt >= 0)
    reference_make(order, result->reference);
}

/* What the terminal said of it. */
static void order_learn(struct zvt_order *order, enum tender_outcome outcome, const struct zvt_status *status) {
  static const enum zvt_stage stages[] = {
      [TENDER_PAID] = ZVT_PAID, [TENDER_DECLINED] = ZVT_DECLINED, [TENDER_REVERSED] = ZVT_REVERSED};
  if (outcome == TENDER_UNKNOWN)
    return;
  if (outcome == TENDER_PAID && order->stage == ZVT_SENT) {
    order->charge = mark_of(status);
    order->terminal = status->terminal;
  }
  order->stage = stages[outcome];
}

static void text_tell(const struct zvt *zvt, const struct zvt_talk *talk, struct tender_result *result) {
  const int code = talk->has_status && talk->status.result > 0 ? talk->status.result : talk->code;
  if (talk->has_status && talk->status.text[0] != 0)
    (void)tender_text_copy(result->text, sizeof result->text, talk->status.text);
  else if (result->outcome == TENDER_DECLINED || result->outcome == TENDER_PAID)
    (void)snprintf(result->text, sizeof result->text,
                   zvt_word(zvt, "The bank's terminal refused it: its code is %02X."), (unsigned)code);
}

/* Finds out about one that is in doubt. */
static enum status order_ask(struct zvt *zvt, struct zvt_order *order) {
  const bool newest = order == &zvt->orders.orders[zvt->orders.count - 1];
  struct zvt_talk talk;
  zvt->currency = (uint16_t)order->currency;
  if (!zvt_idle(zvt))
    return STATUS_NO_TENDER;
  zvt_ask(zvt, &talk);
  if (talk.end == ZVT_UNSENT || talk.end == ZVT_LOST)
    return STATUS_NO_TENDER;
  order_learn(order, zvt_judge_last(&talk, order, newest), &talk.status);
  return zvt_orders_save(&zvt->orders);
}

static bool is_held(const struct zvt *zvt, const char *name) {
  return zvt->hold.live && strcmp(zvt->held, name) == 0;
}

/* An order whose charge waits for its goods, also where the disk would not have that. */
static void order_hold(struct zvt_order *order, const struct zvt_status *status) {
  order->charge = mark_of(status);
  order->terminal = status->terminal;
  order->stage = ZVT_HELD;
}

/* Where the file has of an order that it was sent, and no more, the disk refused the rest. */
static struct zvt_order *order_known(struct zvt *zvt, const char *name) {
  struct zvt_order *order = zvt_orders_find(&zvt->orders, name);
  if (order != NULL && order->stage == ZVT_SENT && is_held(zvt, name))
    order_hold(order, &zvt->held_status);
  return order;
}

/* Tells the terminal how the goods came out. What it then has done, if it says so, is known; else the order stays
 * ZVT_HELD. */
static void hold_settle(struct zvt *zvt, struct zvt_order *order, unsigned answer) {
  struct tender_result result = {.outcome = TENDER_UNKNOWN};
  struct zvt_talk talk;
  zvt_hold_end(&zvt->hold, answer);
  if (order == NULL || order->stage != ZVT_HELD)
    return;
  const struct zvt_talk *said = &zvt->hold.talk;
  if (said->end == ZVT_DONE && said->has_status && said->status.result == 0) {
    order->stage = ZVT_PAID;
  } else if (said->end == ZVT_ENDED && answer == ZVT_GOODS_NO) { /* it takes it back; has it? */
    zvt_ask(zvt, &talk);
    if ((talk.end == ZVT_DONE && talk.has_status) || zvt_says_none(&talk)) /* else 06 30 tells */
      order->stage = zvt_judge_last(&talk, order, true) == TENDER_PAID ? ZVT_PAID : ZVT_REVERSED;
  }
  result_tell(order, &result);
  if (zvt->receipts[0] != 0)
    zvt_receipt_keep(zvt->receipts, result.reference, &zvt->paper);
  (void)!zvt_orders_save(&zvt->orders);
}

/* STATUS_BAD_FORMAT: no order; else of the file. *order NULL: there is none of that name. A charge of another that is
 * still held stands from now on. */
static enum status order_find(struct zvt *zvt, const char *name, struct zvt_order **order) {
  *order = NULL;
  if (!tender_order_valid(name))
    return STATUS_BAD_FORMAT;
  enum status status = zvt_orders_read(&zvt->orders);
  if (zvt->hold.live && !is_held(zvt, name))
    hold_settle(zvt, order_known(zvt, zvt->held), ZVT_GOODS_YES);
  if (status == STATUS_OK)
    *order = order_known(zvt, name);
  return status;
}

/* Nothing of an order that is not in the file went out: that is written first. */
static enum status zvt_last(void *context, const char *name, struct tender_result *result) {
  struct zvt *zvt = context;
  struct zvt_order *order = NULL;
  *result = (struct tender_result){.outcome = TENDER_UNKNOWN};
  enum status status = order_find(zvt, name, &order);
  if (status != STATUS_OK)
    return status;
  if (order == NULL) {
    result->outcome = TENDER_DECLINED;
    return STATUS_OK;
  }
  const bool held = is_held(zvt, name);
  if (order->stage == ZVT_SENT || order->stage == ZVT_REVERSING || (order->stage == ZVT_HELD && !held))
    status = order_ask(zvt, order);
  if (status == STATUS_OK)
    result_tell(order, result);
  if (held)
    result->outcome = TENDER_PAID;
  return status;
}

/* The order in the file, with the terminal's last transaction before it. STATUS_NO_TENDER: it does not answer. */
static enum status order_begin(struct zvt *zvt, const char *name, struct amount amount, struct zvt_order **order) {
  struct zvt_talk talk;
  zvt->currency = amount.currency;
  if (zvt_register(zvt) != ZVT_DONE)
    return STATUS_NO_TENDER;
  zvt_ask(zvt, &talk);
  if (talk.end == ZVT_UNSENT || talk.end == ZVT_LOST)
    return STATUS_NO_TENDER;
  *order = zvt_orders_add(&zvt->orders, name);
  if (*order == NULL)
    return STATUS_STORE_FAILED;
  (*order)->amount = amount.minor;
  (*order)->currency = amount.currency;
  if (talk.end == ZVT_DONE && talk.has_status) {
    (*order)->told = ZVT_KNOWN;
    (*order)->before = mark_of(&talk.status);
  } else if (zvt_says_none(&talk)) {
    (*order)->told = ZVT_NONE;
  }
  return zvt_orders_save(&zvt->orders);
}

/* A payment that was ended in the middle is a no, but where the terminal says that it was its last transaction. */
static void order_doubt(struct zvt *zvt, struct zvt_order *order) {
  struct zvt_talk talk;
  order->stage = ZVT_SENT;
  zvt_ask(zvt, &talk);
  bool paid = zvt_judge_last(&talk, order, true) == TENDER_PAID;
  order_learn(order, paid ? TENDER_PAID : TENDER_DECLINED, &talk.status);
}

/* Charged, and the terminal waits until the card is loaded. */
static enum status order_held(struct zvt *zvt, struct zvt_order *order, const struct zvt_status *status,
                              struct tender_result *result) {
  order_hold(order, status);
  zvt->held_status = *status;
  (void)!zvt_orders_save(&zvt->orders);
  result_tell(order, result);
  result->outcome = TENDER_PAID;
  return STATUS_OK;
}

/* An order goes out once. Where the disk refuses what came of it, that is found out about once more. */
static enum status zvt_authorise(void *context, const char *name, struct amount amount, struct tender_result *result) {
  struct zvt *zvt = context;
  struct zvt_order *order = NULL;
  struct zvt_talk talk;
  *result = (struct tender_result){.outcome = TENDER_DECLINED};
  if (amount.minor <= 0 || amount.minor > INT64_C(999999999999))
    return STATUS_BAD_AMOUNT;
  enum status status = order_find(zvt, name, &order);
  if (status == STATUS_OK && order != NULL)
    return zvt_last(zvt, name, result);
  if (status == STATUS_OK)
    status = order_begin(zvt, name, amount, &order);
  if (status != STATUS_OK)
    return status;
  zvt_pay(zvt, order, &talk);
  if (zvt->hold.live && zvt_says_paid(&talk.status, order))
    return order_held(zvt, order, &talk.status, result);
  if (zvt->hold.live) { /* of another amount: it is not wanted */
    zvt_hold_end(&zvt->hold, ZVT_GOODS_NO);
    talk = zvt->hold.talk;
  }
  order_learn(order, zvt_judge_payment(&talk, order), &talk.status);
  if (talk.end == ZVT_ENDED && order->stage == ZVT_DECLINED)
    order_doubt(zvt, order);
  (void)!zvt_orders_save(&zvt->orders);
  result_tell(order, result);
  if (talk.end != ZVT_DONE || order->stage != ZVT_PAID)
    text_tell(zvt, &talk, result);
  else if (zvt->receipts[0] != 0)
    zvt_receipt_keep(zvt->receipts, result->reference, &zvt->paper);
  return talk.end == ZVT_UNSENT ? STATUS_NO_TENDER : STATUS_OK;
}

static enum status zvt_confirm(void *context, const char *name) {
  struct zvt *zvt = context;
  struct zvt_order *order = NULL;
  enum status status = order_find(zvt, name, &order);
  if (status != STATUS_OK)
    return status;
  if (is_held(zvt, name))
    hold_settle(zvt, order, ZVT_GOODS_YES);
  if (order != NULL &&
      (order->stage == ZVT_HELD || order->stage == ZVT_SENT)) /* SENT: the disk refused what came of it */
    status = order_ask(zvt, order);
  if (status != STATUS_OK)
    return status;
  if (order == NULL || (order->stage != ZVT_PAID && order->stage != ZVT_CONFIRMED))
    return STATUS_TENDER_UNKNOWN;
  if (order->stage == ZVT_CONFIRMED)
    return STATUS_OK;
  order->stage = ZVT_CONFIRMED;
  return zvt_orders_save(&zvt->orders);
}

/* 06 30 of a receipt that is charged; a terminal gives none back twice. */
static enum status order_give_back(struct zvt *zvt, struct zvt_order *order, struct tender_result *result) {
  struct zvt_talk talk;
  zvt->currency = (uint16_t)order->currency;
  if (!zvt_idle(zvt))
    return STATUS_NO_TENDER;
  order->stage = ZVT_REVERSING;
  enum status status = zvt_orders_save(&zvt->orders);
  if (status != STATUS_OK)
    return status;
  zvt_give_back(zvt, order, &talk);
  order_learn(order, zvt_judge_reversal(&talk), &talk.status);
  status = zvt_orders_save(&zvt->orders);
  result_tell(order, result);
  text_tell(zvt, &talk, result);
  if (order->stage == ZVT_REVERSED && zvt->receipts[0] != 0)
    zvt_receipt_keep(zvt->receipts, result->reference, &zvt->paper);
  return talk.end == ZVT_UNSENT ? STATUS_NO_TENDER : status;
}

static enum status zvt_reverse(void *context, const char *name, struct tender_result *result) {
  struct zvt *zvt = context;
  struct zvt_order *order = NULL;
  enum status status = zvt_last(zvt, name, result);
  if (status != STATUS_OK)
    return status;
  order = zvt_orders_find(&zvt->orders, name);
  if (is_held(zvt, name)) {
    hold_settle(zvt, order, ZVT_GOODS_NO);
    result_tell(order, result);
  }
  if (order == NULL || (order->stage != ZVT_PAID && order->stage != ZVT_REVERSING && order->stage != ZVT_HELD))
    return STATUS_OK;
  status = order_give_back(zvt, order, result);
  if (status != STATUS_OK)
    result->outcome = TENDER_UNKNOWN;
  return status;
}

/* ---- how it is opened ---- */

/* ",wait=SECONDS", ",password=DIGITS" and ",goods", in any order. */
static bool options_read(struct zvt *zvt, const char *rest) {
  static const char wait[] = "wait=", password[] = "password=";
  char text[80], *at = text;
  size_t size = 0;
  if ((size_t)snprintf(text, sizeof text, "%s", *rest == ',' ? rest + 1 : rest) >= sizeof text)
    return false;
  for (char *word = strsep(&at, ","); word != NULL && *rest != 0; word = strsep(&at, ",")) {
    if (strcmp(word, "goods") == 0) {
      zvt->goods = true;
    } else if (strncmp(word, wait, sizeof wait - 1) == 0) {
      if (!peer_number(word + sizeof wait - 1, 1, T4_SECONDS, &zvt->wait_seconds))
        return false;
    } else if (strncmp(word, password, sizeof password - 1) != 0 ||
               strspn(word + sizeof password - 1, "0123456789") != 6 ||
               bytes_from_hex(word + sizeof password - 1, zvt->password, sizeof zvt->password, &size) != STATUS_OK) {
      return false;
    }
  }
  return true;
}

static bool zvt_open(struct zvt *zvt, const char *address, const struct tender_operator *operator) {
  const char *rest = NULL;
  int path = 0, receipts = 0;
  if (operator== NULL || operator->folder == NULL || !peer_read(&zvt->peer, address, ',', &rest) ||
      !options_read(zvt, rest))
    return false;
  zvt->operator= * operator;
  path = snprintf(zvt->orders.path, sizeof zvt->orders.path, "%s/zvt-orders.json", operator->folder);
  receipts = snprintf(zvt->receipts, sizeof zvt->receipts, "%s", operator->receipts != NULL ? operator->receipts : "");
  return path > 0 && (size_t)path < sizeof zvt->orders.path && receipts >= 0 &&
         (size_t)receipts < sizeof zvt->receipts && zvt_orders_read(&zvt->orders) == STATUS_OK;
}

/* A charge that is held still stands: whether the card has it is found out later. */
static void zvt_close(void *context) {
  struct zvt *zvt = context;
  if (zvt->hold.live) {
    (void)!zvt_orders_read(&zvt->orders);
    hold_settle(zvt, order_known(zvt, zvt->held), ZVT_GOODS_YES);
  }
  free(zvt);
}

enum status tender_open_zvt(const char *address, const struct tender_operator *operator, struct tender * tender) {
  struct zvt *zvt = calloc(1, sizeof *zvt);
  if (zvt == NULL)
    return STATUS_NO_MEMORY;
  zvt->wait_seconds = T4_SECONDS;
  if (!zvt_open(zvt, address, operator)) {
    free(zvt);
    return STATUS_BAD_CONFIG;
  }
  *tender = (struct tender){.kind = "zvt",
                            .context = zvt,
                            .authorise = zvt_authorise,
                            .confirm = zvt_confirm,
                            .reverse = zvt_reverse,
                            .last = zvt_last,
                            .close = zvt_close};
  return STATUS_OK;
}
