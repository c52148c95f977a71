/* SPDX-License-Identifier: Apache-2.0
 * Payment, reversal, refund, and what became of the last one. Nothing new begins while the register has not heard that
 * the last one is done: the same sale is told by 06 20 and never taken twice. */
#include <string.h>
#include <time.h>

#include "epurse/crypto.h"
#include "zvt_state.h"

bool sale_accept(struct register_zvt *zvt, const struct zvt_frame *frame, size_t password, struct zvt_fields *fields) {
  uint64_t digits = 0;
  bool good = frame->len >= password && zvt_bcd_read(frame->data, password, &digits) &&
              zvt_fields_read(frame->data + password, frame->len - password, fields) == STATUS_OK;
  line_send(zvt, good ? 0x80 : 0x84, good ? 0x00 : ZVT_PROTOCOL, NULL, 0);
  return good;
}

/* ---- what became of one ---- */

enum fate {
  FATE_NONE,   /* there was none, or it took nothing */
  FATE_TOLD,   /* done, and the register knows */
  FATE_UNTOLD, /* done, and it does not */
  FATE_HELD,   /* begun; only its card, or the server, can bring it on */
  FATE_RUNNING,
  FATE_UNKNOWN /* nobody can say now */
};

/* Nobody else uses the book's names: what this till has refused is asked of nobody. */
static enum status ask(struct register_zvt *zvt, const char *reference, struct till_result *result) {
  bool known = till_finish(zvt->till, reference, 0, result) == STATUS_OK && !result->held;
  enum status status =
      known && result->status != STATUS_REFERENCE_USED ? till_look(zvt->till, reference, result) : STATUS_NOT_FOUND;
  return status == STATUS_OK && !result->held ? STATUS_OK : till_status(zvt->till, reference, result);
}

static enum fate fate_of(struct register_zvt *zvt, const struct zvt_entry *entry, struct till_result *result) {
  char reference[REFERENCE_MAX + 1];
  *result = (struct till_result){.kind = entry->kind, .status = STATUS_DECLINED};
  result->outcome.amount.minor = entry->amount;
  if (entry->number == 0)
    return FATE_NONE;
  if (entry->told)
    return FATE_TOLD;
  book_reference(&zvt->book, entry->number, reference);
  struct till_result asked;
  enum status status = ask(zvt, reference, &asked);
  if (status == STATUS_NOT_FOUND)
    return FATE_NONE;
  if (status != STATUS_OK)
    return FATE_UNKNOWN;
  *result = asked;
  if (asked.running)
    return FATE_RUNNING;
  if (asked.held)
    return FATE_HELD;
  return till_is_done(&asked) ? FATE_UNTOLD : FATE_NONE;
}

/* ---- while it runs ---- */

struct watch {
  char reference[REFERENCE_MAX + 1];
  uint64_t after; /* events up to this have been seen */
  bool waits;     /* for the acknowledgement of a 04 FF */
  bool pending;   /* a status is to be said once that came */
  enum zvt_progress progress;
  char text[256];
  int64_t sent, until; /* when the last one went; when its acknowledgement must be there */
  bool done;
  bool card; /* one was there */
};

static void watch_events(struct register_zvt *zvt, struct watch *watch) {
  struct till_event events[16];
  size_t count = till_events(zvt->till, watch->after, events, 16);
  for (size_t i = 0; i < count; i++) {
    watch->after = events[i].number;
    if (strcmp(events[i].reference, watch->reference) != 0)
      continue;
    watch->done = watch->done || events[i].step == TILL_DONE;
    watch->card = watch->card || events[i].step == TILL_CARD_IN;
    enum zvt_progress before = watch->progress;
    if (!progress_of(&events[i], &watch->progress))
      continue;
    if (watch->progress == ZVT_SENTENCE && before == ZVT_INSERT)
      watch->progress = before; /* "Insert the card." goes with it, and not in its place */
    watch->pending = true;
    memcpy(watch->text, events[i].text, sizeof watch->text);
  }
}

static void watch_say(struct register_zvt *zvt, struct watch *watch) {
  int64_t now = zvt_now();
  if (!watch->pending && now - watch->sent >= ZVT_BEAT_MS)
    watch->pending = true; /* or T4 ends there */
  if (watch->waits && now > watch->until)
    line_close(zvt, "no-answer");
  if (!line_open(zvt) || !watch->pending || watch->waits || (zvt->book.config & ZVT_WANTS_PROGRESS) == 0)
    return;
  tell_progress(zvt, watch->progress, watch->text[0] == 0 ? NULL : watch->text);
  watch->pending = false;
  watch->waits = true;
  watch->sent = now;
  watch->until = now + ZVT_T3_MS;
}

static void watch_frames(struct register_zvt *zvt, struct watch *watch) {
  struct zvt_frame frame;
  while (line_next(zvt, &frame))
    if (frame.class == 0x80 || frame.class == 0x84)
      watch->waits = false;
    else if (line_put_off(zvt, &frame))
      (void)!till_abort(zvt->till, watch->reference);
}

/* Until it is over, or the line is lost: what only waits for a card then is given up, what a card has begun goes on
 * alone. */
static bool watch_run(struct register_zvt *zvt, struct watch *watch) {
  struct till_result result;
  watch->sent = zvt_now();
  while (line_open(zvt)) {
    watch_events(zvt, watch);
    if (watch->done || till_finish(zvt->till, watch->reference, 0, &result) != STATUS_OK || !result.running)
      break;
    watch_say(zvt, watch);
    if (line_open(zvt))
      (void)line_wait(zvt, true, 1000);
    watch_frames(zvt, watch);
  }
  int64_t until = zvt_now() + ZVT_T3_MS;
  while (line_open(zvt) && watch->waits) /* or it would be taken for that of the result */
    if (zvt_now() > until)
      line_close(zvt, "no-answer");
    else if (line_wait(zvt, true, 100) == WAKE_FRAME)
      watch_frames(zvt, watch);
  if (!line_open(zvt))
    (void)!till_abort(zvt->till, watch->reference);
  return line_open(zvt);
}

/* ---- its end ---- */

static void mark_told(struct register_zvt *zvt) {
  zvt->book.last.told = true;
  if (book_save(&zvt->book) != STATUS_OK) /* asked again then, and told again */
    zvt->options.log(zvt->options.context, "zvt-book", "status=STORE_FAILED");
}

/* Whether nothing has come of a refund, for want of its card. */
static bool card_missing(const struct till_result *result) {
  return !result->running && !result->held &&
         (result->status == STATUS_NO_CARD || result->status == STATUS_TIMEOUT || result->status == STATUS_CANCELLED ||
          result->status == STATUS_SALE_UNKNOWN);
}

/* All of a sale that does not come about, without a supervisor: to its card, or owed to it. book.last is that refund
 * then. */
static enum status refund_whole(struct register_zvt *zvt, uint64_t sale, bool owed, struct till_result *result) {
  struct till_request request = {.kind = TILL_REFUND,
                                 .whole = true,
                                 .without_card = owed,
                                 .card_stays = true,
                                 .wait_seconds = ZVT_BACK_SECONDS,
                                 .cashier_known = true,
                                 .supervisor_known = true};
  memcpy(request.cashier, zvt->cashier, sizeof request.cashier);
  *result = (struct till_result){.kind = TILL_REFUND};
  zvt->book.last =
      (struct zvt_entry){.number = ++zvt->book.number, .kind = TILL_REFUND, .sale = sale, .time = (int64_t)time(NULL)};
  book_reference(&zvt->book, zvt->book.last.number, request.reference);
  book_reference(&zvt->book, sale, request.sale);
  result->status = book_save(&zvt->book);
  if (result->status == STATUS_OK)
    result->status = till_start(zvt->till, &request);
  return result->status == STATUS_OK ? till_finish(zvt->till, request.reference, ZVT_REVERSE_MS, result)
                                     : result->status;
}

/* The register cannot hand the goods out (84 and why): what was taken is given back to the card while it is there, or
 * owed to it. */
static void give_back(struct register_zvt *zvt) {
  const struct zvt_entry sold = zvt->book.last;
  struct till_result result;
  enum status status = refund_whole(zvt, sold.number, false, &result);
  if (card_missing(&result))
    status = refund_whole(zvt, sold.number, true, &result);
  if (status == STATUS_OK && (result.running || result.held)) {
    tell_abort(zvt, ZVT_SYSTEM); /* 06 20 tells */
    return;
  }
  bool back = status == STATUS_OK && result.status == STATUS_OK;
  if (!back)
    zvt->book.last = sold;
  mark_told(zvt);
  tell_abort(zvt, back ? ZVT_ABORTED : ZVT_NO_REVERSAL);
}

/* 9C: "not yet", asked again. */
static bool tell_until_taken(struct register_zvt *zvt, const struct zvt_entry *entry, const struct till_result *result,
                             uint8_t *refused) {
  int64_t until = zvt_now() + ZVT_REVERSE_MS;
  bool heard = tell_result(zvt, entry, result, refused);
  while (heard && *refused == ZVT_NOT_YET && zvt_now() < until && !atomic_load(&zvt->stopping)) {
    int64_t pause = zvt_now() + 2000;
    while (zvt_now() < pause && line_open(zvt))
      (void)line_wait(zvt, true, (int)(pause - zvt_now()) + 1);
    heard = tell_result(zvt, entry, result, refused);
  }
  return heard;
}

static void sale_end(struct register_zvt *zvt, const struct till_result *result) {
  const struct zvt_entry entry = zvt->book.last;
  uint8_t refused = 0;
  bool done = code_of(result) == ZVT_OK;
  if (!tell_until_taken(zvt, &entry, result, &refused))
    return;
  if (refused != 0 && done && entry.kind == TILL_SALE) {
    give_back(zvt);
    return;
  }
  if (done)
    mark_told(zvt);
  tell_receipt(zvt, &entry, result);
  if (done)
    tell_done(zvt);
  else
    tell_abort(zvt, code_of(result));
}

/* ---- its beginning ---- */

/* One that is held makes room: the same again goes on with it, and the end of day names it. */
static bool make_room(struct register_zvt *zvt, const struct till_result *result) {
  struct zvt_book *book = &zvt->book;
  (void)result;
  if (book->open_count == ZVT_OPEN_MAX)
    return false;
  book->open[book->open_count++] = book->last;
  book->last = (struct zvt_entry){.number = 0};
  return true;
}

/* Whether a new one may begin; else the register is told why not. */
static bool may_begin(struct register_zvt *zvt) {
  struct till_result result;
  enum zvt_code code = ZVT_OK;
  if (!zvt->book.registered)
    code = ZVT_NOT_REGISTERED;
  else if (atomic_load(&zvt->stopping))
    code = ZVT_NOT_READY;
  else
    switch (fate_of(zvt, &zvt->book.last, &result)) {
    case FATE_UNTOLD:
      code = ZVT_DIAGNOSIS;
      break;
    case FATE_RUNNING:
      code = ZVT_NOT_READY;
      break;
    case FATE_UNKNOWN:
      code = ZVT_NO_CONNECTION;
      break;
    case FATE_HELD:
      code = make_room(zvt, &result) ? ZVT_OK : ZVT_OPEN_BATCH;
      break;
    case FATE_NONE:
    case FATE_TOLD:
      break;
    }
  if (code != ZVT_OK)
    tell_abort(zvt, code);
  return code == ZVT_OK;
}

static void request_fill(const struct register_zvt *zvt, const struct zvt_entry *entry, struct till_request *request) {
  request->kind = entry->kind;
  request->amount = (struct amount){entry->amount, zvt->facts->currency->numeric};
  request->wait_seconds = ZVT_WAIT_SECONDS;
  request->door = CODE_ZVT;
  request->cashier_known = zvt_cashier_known(zvt);
  memcpy(request->cashier, zvt->cashier, sizeof request->cashier);
  request->card_stays = request->card_stays || entry->kind == TILL_REFUND; /* the holder of the sale is still there */
  request->whole = entry->kind == TILL_REFUND && entry->amount == 0;
  book_reference(&zvt->book, entry->number, request->reference);
  if (entry->sale != 0)
    book_reference(&zvt->book, entry->sale, request->sale);
}

struct attempt {
  struct till_result result; /* how it has ended */
  bool card;                 /* one was there for it */
};

/* One attempt under one reference. False: the line is lost. */
static bool attempt_run(struct register_zvt *zvt, struct till_request *request, struct attempt *attempt) {
  struct watch watch = {.after = till_newest(zvt->till), .progress = ZVT_WAIT};
  struct till_result *result = &attempt->result;
  request_fill(zvt, &zvt->book.last, request);
  memcpy(watch.reference, request->reference, sizeof watch.reference);
  *result = (struct till_result){.kind = request->kind, .status = book_save(&zvt->book)};
  result->outcome.amount = request->amount;
  if (result->status == STATUS_OK)
    result->status = till_start(zvt->till, request);
  if (result->status != STATUS_OK)
    return true;
  if (!watch_run(zvt, &watch))
    return false;
  if (till_finish(zvt->till, watch.reference, 0, result) != STATUS_OK)
    result->status = STATUS_INTERNAL;
  watch_events(zvt, &watch);
  attempt->card = watch.card;
  return true;
}

/* One that was refused before it promised anything has only said who it is: that begins one of its own, and ends
 * nothing. */
static bool same_card(const struct outcome *before, const struct outcome *now) {
  static const uint8_t none[CID_SIZE];
  const uint8_t *cid = memcmp(now->cid, none, CID_SIZE) == 0 ? now->met : now->cid;
  return memcmp(before->cid, none, CID_SIZE) == 0 || memcmp(cid, none, CID_SIZE) == 0 ||
         memcmp(before->cid, cid, CID_SIZE) == 0;
}

/* Which one it is: a new one, or one that is open for the same. What has become of that meanwhile by itself is nobody's
 * who stands there now:
 * *code. */
static bool entry_choose(struct register_zvt *zvt, const struct zvt_entry *wanted, struct till_result *before,
                         enum zvt_code *code) {
  struct zvt_book *book = &zvt->book;
  if (book_take_open(book, wanted, &book->last))
    switch (fate_of(zvt, &book->last, before)) {
    case FATE_NONE:
    case FATE_TOLD:
      break;
    case FATE_UNTOLD:
      *code = ZVT_DIAGNOSIS;
      return true;
    case FATE_HELD:
      return true;
    case FATE_RUNNING:
    case FATE_UNKNOWN:
      *code = ZVT_NO_CONNECTION;
      return true;
    }
  book->last = *wanted;
  book->last.number = ++book->number;
  return false;
}

/* The open one is another card's: it stays so, and this card begins a new one. */
static bool other_card(struct register_zvt *zvt, const struct zvt_entry *wanted, const struct till_result *before,
                       const struct till_result *result) {
  if (result->status != STATUS_REFERENCE_HELD || same_card(&before->outcome, &result->outcome) ||
      !make_room(zvt, before))
    return false;
  zvt->book.last = *wanted;
  zvt->book.last.number = ++zvt->book.number;
  return true;
}

/* Whether it came to its end without the card of now: by itself, or by its own card, which paid it elsewhere in that
 * time. */
static bool done_without(const struct attempt *open) {
  static const uint8_t none[CID_SIZE];
  const struct outcome *outcome = &open->result.outcome;
  bool other = memcmp(outcome->met, none, CID_SIZE) != 0 && memcmp(outcome->met, outcome->cid, CID_SIZE) != 0;
  return till_is_done(&open->result) && (!open->card || other || open->result.status == STATUS_REFERENCE_DONE);
}

/* With one that is open for the same. False: this card begins a new one. */
static bool carry_open(struct register_zvt *zvt, const struct zvt_entry *wanted, struct till_request *request,
                       const struct till_result *before) {
  struct attempt open = {.card = false};
  bool heard = attempt_run(zvt, request, &open);
  if (heard && other_card(zvt, wanted, before, &open.result)) {
    request->card_stays = true;
    return false;
  }
  if (heard && done_without(&open)) /* 06 20 tells it; it is no meal of who stands there now */
    tell_abort(zvt, ZVT_DIAGNOSIS);
  else if (heard)
    sale_end(zvt, &open.result);
  return true;
}

static void carry_new(struct register_zvt *zvt, struct till_request *request) {
  struct attempt fresh = {.card = false};
  bool heard = attempt_run(zvt, request, &fresh);
  /* A book that was put back from a copy uses names again; the till answers with what was done then. */
  const enum status status = fresh.result.status;
  bool stale = heard && (status == STATUS_REFERENCE_USED || status == STATUS_REFERENCE_DONE ||
                         fresh.result.outcome.finished_before);
  if (stale && book_renew(&zvt->book) == STATUS_OK)
    heard = attempt_run(zvt, request, &fresh);
  else if (stale)
    fresh.result.status = STATUS_CRYPTO_FAILED;
  if (heard)
    sale_end(zvt, &fresh.result);
}

static void carry(struct register_zvt *zvt, const struct zvt_entry *wanted, struct till_request *request) {
  struct till_result before = {.kind = 0};
  enum zvt_code code = ZVT_OK;
  bool open = entry_choose(zvt, wanted, &before, &code);
  if (code != ZVT_OK) {
    (void)!book_save(&zvt->book); /* the last one, which 06 20 tells; or found open again from the file */
    tell_abort(zvt, code);
    return;
  }
  if (!open || !carry_open(zvt, wanted, request, &before))
    carry_new(zvt, request);
}

static enum zvt_code amount_code(const struct register_zvt *zvt, const struct zvt_fields *fields) {
  if (fields->has_currency && fields->currency != zvt->facts->currency->numeric)
    return ZVT_WRONG_CURRENCY;
  return fields->has_amount && fields->amount > 0 && fields->amount <= AMOUNT_MAX_ON_CARD ? ZVT_OK : ZVT_AMOUNT_BAD;
}

void sale_pay(struct register_zvt *zvt, const struct zvt_frame *frame) {
  struct zvt_fields fields;
  struct till_request request = {.kind = TILL_SALE};
  if (!sale_accept(zvt, frame, 0, &fields))
    return;
  enum zvt_code code = amount_code(zvt, &fields);
  const struct zvt_entry wanted = {.kind = TILL_SALE, .amount = (int64_t)fields.amount, .time = (int64_t)time(NULL)};
  if (code != ZVT_OK)
    tell_abort(zvt, code);
  else if (may_begin(zvt))
    carry(zvt, &wanted, &request);
}

/* ---- given back ---- */

static void back(struct register_zvt *zvt, const struct zvt_frame *frame, bool whole) {
  struct zvt_fields fields;
  struct till_request request = {.kind = TILL_REFUND};
  if (!sale_accept(zvt, frame, 3, &fields))
    return;
  (void)zvt_password(frame->data, frame->len, request.supervisor); /* the supervisor's code, where the till has one */
  enum zvt_code code = whole ? ZVT_OK : amount_code(zvt, &fields);
  uint64_t sale = fields.has_receipt ? book_find(&zvt->book, fields.receipt) : 0;
  if (code == ZVT_OK && sale == 0 && (whole || fields.has_receipt))
    code = ZVT_NO_REVERSAL;
  const struct zvt_entry wanted = {
      .kind = TILL_REFUND, .amount = whole ? 0 : (int64_t)fields.amount, .sale = sale, .time = (int64_t)time(NULL)};
  if (code != ZVT_OK)
    tell_abort(zvt, code);
  else if (may_begin(zvt))
    carry(zvt, &wanted, &request);
  crypto_wipe(&request, sizeof request);
}

void sale_reverse(struct register_zvt *zvt, const struct zvt_frame *frame) {
  back(zvt, frame, true);
}

void sale_refund(struct register_zvt *zvt, const struct zvt_frame *frame) {
  back(zvt, frame, false);
}

/* ---- asked for again ---- */

#define REPEAT_NO_PRINT 0x02 /* of the service byte */

/* That of one which was told is asked for as well: the till has it still. */
static enum fate fate_again(struct register_zvt *zvt, struct till_result *result) {
  struct zvt_entry entry = zvt->book.last;
  entry.told = false;
  return fate_of(zvt, &entry, result);
}

static enum fate fate_awaited(struct register_zvt *zvt, struct till_result *result) {
  enum fate fate = fate_again(zvt, result);
  struct watch watch = {.after = till_newest(zvt->till), .pending = true, .progress = ZVT_WAIT};
  book_reference(&zvt->book, zvt->book.last.number, watch.reference);
  if (fate == FATE_RUNNING && watch_run(zvt, &watch))
    fate = fate_again(zvt, result);
  return fate;
}

void sale_repeat(struct register_zvt *zvt, const struct zvt_frame *frame) {
  struct zvt_fields fields;
  struct till_result result;
  uint8_t refused = 0;
  if (!sale_accept(zvt, frame, 3, &fields))
    return;
  enum fate fate = fate_awaited(zvt, &result);
  if (zvt->book.last.number == 0 || fate == FATE_UNKNOWN) {
    tell_abort(zvt, fate == FATE_UNKNOWN ? ZVT_NO_CONNECTION : ZVT_NOT_EXECUTABLE);
    return;
  }
  if (fate == FATE_RUNNING || !tell_result(zvt, &zvt->book.last, &result, &refused))
    return;
  if (fate == FATE_UNTOLD && refused == 0 && !zvt->book.last.told)
    mark_told(zvt);
  if (!fields.has_service || (fields.service & REPEAT_NO_PRINT) == 0)
    tell_receipt(zvt, &zvt->book.last, &result);
  tell_done(zvt);
}
