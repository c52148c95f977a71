/* SPDX-License-Identifier: Apache-2.0
 * What people do after something went wrong. */
#include "torture_way.h"

#include "torture_till.h"

#define OTHER 311 /* another amount */

static const struct call elsewhere = {.till = TILL_POS2, .verb = VERB_PAY, .amount = 101};
static const struct call load_elsewhere = {.till = TILL_RELOAD2, .verb = VERB_LOAD, .amount = 701, .cash = true};

/* The first call with another verb and amount; the PIN is not mistyped any more. */
static struct call at(const struct call *first, enum verb verb, int64_t amount) {
  struct call call = {.till = first->till,
                      .verb = verb,
                      .amount = amount,
                      .cash = first->cash,
                      .bank = first->bank,
                      .whose = first->whose};
  return call;
}

static bool is_reload(enum till till) {
  return till == TILL_RELOAD || till == TILL_RELOAD2;
}

static bool is_desk(enum till till) {
  return till == TILL_DESK || till == TILL_DESK2;
}

/* The same once more, where the display did not say that it is done: that is what it told its people to do. */
static void again(struct sequence *sequence, const struct call *first, bool server_down, bool *done) {
  struct call call = at(first, first->verb, first->amount);
  call.mistyped = first->gives_up ? first->mistyped : 0;
  call.sale = first->sale;
  call.without_pin = first->without_pin;
  call.named = first->named;
  call.offline = first->offline;
  call.gives_up = first->gives_up;
  call.server_down = server_down;
  if (*done)
    return;
  if (server_down)
    *done = report_ended(sequence_call(sequence, &call));
  else
    sequence_must(sequence, &call);
}

static void go_elsewhere(struct sequence *sequence, const struct call *first) {
  struct call call = is_reload(first->till) ? load_elsewhere : elsewhere;
  call.whose = first->whose;
  sequence_must(sequence, &call);
}

static void return_there(struct sequence *sequence, const struct call *first) {
  const struct call call = at(first, is_reload(first->till) ? VERB_LOAD : VERB_PAY, OTHER);
  sequence_must(sequence, &call);
}

static void recover(struct sequence *sequence, const struct call *first, bool server_down) {
  struct call call = at(first, VERB_RECOVER, 0);
  call.server_down = server_down;
  if (server_down)
    (void)sequence_call(sequence, &call);
  else
    sequence_must(sequence, &call);
}

/* With money, or with the PIN. */
static void go_on(struct sequence *sequence, const struct call *first, enum way way, bool done) {
  switch (way) {
  case WAY_AGAIN:
    again(sequence, first, false, &done);
    break;
  case WAY_RECOVER_AND_GO:
    recover(sequence, first, false);
    go_elsewhere(sequence, first);
    break;
  case WAY_GO_AND_RETURN:
    go_elsewhere(sequence, first);
    return_there(sequence, first);
    break;
  case WAY_SERVER_DOWN:
    recover(sequence, first, true);
    again(sequence, first, true, &done);
    again(sequence, first, false, &done);
    break;
  default:
    return_there(sequence, first);
    break;
  }
}

/* At the desk: the card is to be issued in the end, whatever was begun with it. */
static void go_on_at_desk(struct sequence *sequence, const struct call *first, enum way way, bool done) {
  struct call issue = at(first, VERB_ISSUE, 0), give_up = at(first, VERB_VOID, 0);
  if (way == WAY_SERVER_DOWN)
    again(sequence, first, true, &done);
  if (way == WAY_AGAIN)
    again(sequence, first, false, &done);
  if (way == WAY_GO_AND_RETURN)
    (void)sequence_call(sequence, &give_up); /* refused where it is issued already */
  if (way == WAY_RECOVER_AND_GO) {
    struct call other = issue;
    other.till = TILL_DESK2;
    (void)sequence_call(sequence, &other); /* refused where the number is the first desk's */
  }
  sequence_must(sequence, &issue);
}

/* At the desk: in the end the card is renewed there. Until then its holder may go away with it, and it may be empty. A
 * payout whose going back the server did not answer is put back again. */
static void go_on_renewing(struct sequence *sequence, const struct call *first, enum way way, bool done) {
  const struct call back = at(first, VERB_BACK, 0);
  struct call renew = at(first, VERB_RENEW, 0), other = renew, shop = elsewhere, load = load_elsewhere;
  shop.whose = load.whose = first->whose;
  other.till = TILL_DESK2;
  if (way == WAY_SERVER_DOWN)
    again(sequence, first, true, &done);
  if (way == WAY_RECOVER_AND_GO)
    recover(sequence, first, false);
  if (way == WAY_RECOVER_AND_GO)
    (void)sequence_call(sequence, &shop);
  if (way == WAY_GO_AND_RETURN)
    (void)sequence_call(sequence, &load);
  if (way == WAY_SOMETHING_ELSE)
    (void)sequence_call(sequence, &other);
  sequence_must(sequence, &renew);
  sequence_must(sequence, &back);
}

/* In the end the card is closed there. Until then its holder may go away with it, or want less. What was not handed out
 * is asked about, or put back. */
static void go_on_closing(struct sequence *sequence, const struct call *first, enum way way, bool done) {
  const struct call close = at(first, VERB_CLOSE, 0), confirm = at(first, VERB_CONFIRM, 0);
  const struct call less = at(first, VERB_PAYOUT, OTHER);
  if (way == WAY_SERVER_DOWN)
    again(sequence, first, true, &done);
  if (way == WAY_RECOVER_AND_GO) {
    recover(sequence, first, false);
    (void)sequence_call(sequence, &elsewhere);
  }
  if (way == WAY_GO_AND_RETURN)
    (void)sequence_call(sequence, &load_elsewhere);
  if (way == WAY_SOMETHING_ELSE)
    (void)sequence_call(sequence, &less);
  sequence_must(sequence, &close);
  if (way != WAY_SOMETHING_ELSE)
    sequence_must(sequence, &confirm);
}

/* With wrong PINs until the card says that it is at an end: nobody knows the right one. */
static void go_on_wrongly(struct sequence *sequence, const struct call *first, enum way way) {
  bool done = false;
  if (way == WAY_SERVER_DOWN)
    again(sequence, first, true, &done);
  else if (way == WAY_RECOVER_AND_GO)
    recover(sequence, first, false);
  again(sequence, first, false, &done);
}

void way_inside(const struct call *first, enum way way, struct call *inside) {
  *inside = way % 2 == 1 ? load_elsewhere : elsewhere;
  if (is_desk(first->till) && first->verb != VERB_RENEW)
    *inside = (struct call){.till = TILL_DESK2, .verb = VERB_ISSUE};
  inside->whose = first->whose;
}

void way_go(struct sequence *sequence, const struct call *first, enum way way, bool done) {
  if (first->verb == VERB_RENEW)
    go_on_renewing(sequence, first, way, done);
  else if (first->verb == VERB_CLOSE)
    go_on_closing(sequence, first, way, done);
  else if (is_desk(first->till))
    go_on_at_desk(sequence, first, way, done);
  else if (first->gives_up)
    go_on_wrongly(sequence, first, way);
  else
    go_on(sequence, first, way, done);
}

void way_contact(struct sequence *sequence, const struct call *first) {
  struct call load = load_elsewhere, clean = elsewhere;
  load.whose = clean.whose = first->whose;
  load.amount = 5000;
  clean.amount = 7;
  if (is_desk(first->till) || first->verb == VERB_CLOSE) /* a shop does not ask the server about an empty card */
    sequence_must(sequence, &load);
  sequence_must(sequence, &clean);
}

/* The server may have heard of its end only by the contact behind the recovery. */
void way_settle_payouts(struct sequence *sequence, const struct call *like) {
  static const enum verb verbs[] = {VERB_RECOVER, VERB_BACK, VERB_CONFIRM};
  for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
    const struct call call = {.till = like->till, .verb = verbs[i], .cash = like->cash, .bank = like->bank};
    sequence_must(sequence, &call);
  }
}

void way_bring_in(struct sequence *sequence, enum whose whose) {
  const struct call contact = {.till = TILL_POS, .verb = VERB_PAY, .amount = 19, .whose = whose};
  const struct call recover = {.till = TILL_POS, .verb = VERB_RECOVER};
  sequence_must(sequence, &contact);
  sequence_must(sequence, &recover);
}

void way_settle(struct sequence *sequence, const struct call *first) {
  static const enum till tills[] = {TILL_POS, TILL_POS2, TILL_RELOAD, TILL_RELOAD2};
  for (size_t i = 0; i < sizeof tills / sizeof tills[0]; i++) {
    struct call call = at(first, VERB_RECOVER, 0);
    call.till = tills[i];
    call.cash = first->cash || tills[i] == TILL_RELOAD2;
    if (tills[i] == first->till || (is_reload(first->till) && tills[i] == TILL_RELOAD2))
      sequence_must(sequence, &call);
  }
  struct call last = at(first, is_reload(first->till) ? VERB_LOAD : VERB_PAY, 13);
  if (is_desk(first->till))
    last.till = TILL_POS;
  sequence_must(sequence, &last);
  if (sequence->payouts)
    way_settle_payouts(sequence, first);
  if (sequence->offline)
    way_bring_in(sequence, first->whose);
}
