/* SPDX-License-Identifier: Apache-2.0
 * A bank's terminal at the other end of a ZVT line (PA00P015). The driver and all that it reads are the terminal's own;
 * played are who answers a connection, and that nobody waits while a charge waits for its goods. A fault is a
 * command's: not reached, lost before or after it was carried out; and the word about the goods is one more. */
#include <sys/socket.h>
#include <unistd.h>

#include "tender/line.h"
#include "tender/zvt_client.h"
#include "torture.h"

#define FIRST_TRACE 4710
#define CODE_ABORT  0x6C
#define CODE_NONE   0x64
#define CODE_TWICE  0xB4
#define CODE_KEPT   0xB5
#define DATA_ROOM   64

static int terminal_end = -1;   /* of the line that is open */
static enum fault_kind waiting; /* for its command */
static bool listens;            /* the terminal has told a result, and waits for the answer before it completes */

/* ---- the account ---- */

int64_t zvt_account_kept(const struct zvt_account *account) {
  int64_t kept = 0;
  for (unsigned i = 0; i < account->count; i++)
    kept += account->done[i].original == 0 && !account->done[i].given_back ? account->done[i].amount : 0;
  return kept;
}

bool zvt_account_took_back(const struct zvt_account *account, int64_t amount) {
  for (unsigned i = 0; i < account->count; i++)
    if (account->done[i].by_itself && account->done[i].amount == amount)
      return true;
  return false;
}

static void account_add(struct zvt_account *account, int64_t amount, unsigned original) {
  account->full = account->full || account->count == ZVT_DONE_MAX;
  if (account->full)
    return;
  account->done[account->count++] = (struct zvt_done){.amount = amount, .original = original};
}

static void account_give_back(struct zvt_account *account, unsigned receipt) {
  account->done[receipt - 1].given_back = true;
  account_add(account, account->done[receipt - 1].amount, receipt);
}

/* The goods are there, or they are not. */
static void goods_decide(struct zvt_account *account, bool there) {
  if (account->waits && !there)
    account_give_back(account, account->count);
  account->waits = false;
}

/* The line of who would say it is lost. */
static void goods_lose(struct zvt_account *account) {
  if (account->waits && !account->stingy)
    account->done[account->count - 1].by_itself = true;
  goods_decide(account, account->stingy);
}

/* ---- what it says ---- */

static void say(uint8_t class, uint8_t instruction, const struct bytes_writer *data) {
  uint8_t bytes[DATA_ROOM + 8];
  const struct zvt_frame frame = {class, instruction, data != NULL ? data->start : NULL, data != NULL ? data->len : 0};
  struct bytes_writer writer = bytes_writer(bytes, sizeof bytes);
  zvt_frame_write(&writer, &frame);
  if (terminal_end >= 0 && send(terminal_end, bytes, writer.len, MSG_NOSIGNAL) != (ssize_t)writer.len)
    fault_kill(); /* a line of this process never lacks room */
}

static void say_end(uint8_t instruction, uint8_t code) {
  uint8_t bytes[1];
  struct bytes_writer data = bytes_writer(bytes, sizeof bytes);
  bytes_write_u8(&data, code);
  say(0x06, instruction, instruction == 0x1E ? &data : NULL);
  (void)shutdown(terminal_end, SHUT_WR);
  listens = false;
}

/* 04 0F of what it did last; it completes when that is acknowledged. */
static void say_result(const struct zvt_account *account) {
  const struct zvt_done *last = &account->done[account->count - 1];
  uint8_t bytes[DATA_ROOM];
  struct bytes_writer data = bytes_writer(bytes, sizeof bytes);
  zvt_put_byte(&data, ZVT_RESULT, 0);
  zvt_put_bcd(&data, ZVT_AMOUNT, (uint64_t)last->amount, 6);
  zvt_put_bcd(&data, ZVT_CURRENCY, TORTURE_CURRENCY, 2);
  zvt_put_bcd(&data, ZVT_TRACE, FIRST_TRACE + account->count, 3);
  zvt_put_bcd(&data, ZVT_RECEIPT, account->count, 2);
  zvt_put_bcd(&data, ZVT_TERMINAL, 52500038, 4);
  if (last->original != 0)
    zvt_put_bcd(&data, ZVT_ORIGINAL, FIRST_TRACE + last->original, 3);
  say(0x04, 0x0F, &data);
  listens = true;
}

/* ---- what it does ---- */

static void pay(struct zvt_account *account, const uint8_t *data) {
  uint64_t amount = 0;
  if (data[0] == ZVT_AMOUNT && zvt_bcd_read(data + 1, 6, &amount))
    account_add(account, (int64_t)amount, 0);
}

/* 0: given back, and told as the last that it did. */
static uint8_t give_back(struct zvt_account *account, const uint8_t *data) {
  uint64_t receipt = 0;
  if (data[3] != ZVT_RECEIPT || !zvt_bcd_read(data + 4, 2, &receipt) || receipt == 0 || receipt > account->count ||
      account->done[receipt - 1].original != 0)
    return CODE_KEPT;
  if (account->done[receipt - 1].given_back)
    return CODE_TWICE;
  account_give_back(account, (unsigned)receipt);
  return 0;
}

/* Carries a command out, and says so as far as the line holds. */
static void carry_out(uint8_t instruction, const uint8_t *data, enum fault_kind fault) {
  struct zvt_account *account = &torture->bank.zvt;
  uint8_t code = instruction == 0x20 && account->count == 0 ? CODE_NONE : 0;
  if (instruction == 0x01)
    pay(account, data);
  if (instruction == 0x30)
    code = give_back(account, data);
  if (fault == FAULT_KILL_AFTER_TENDER)
    fault_kill();
  say(0x80, 0x00, NULL);
  if (fault == FAULT_TENDER_LOST_AFTER)
    return;
  if (code != 0)
    say_end(0x1E, code);
  else if (instruction == 0x00)
    say_end(0x0F, 0);
  else if (instruction != 0xB0)
    say_result(account);
}

static void line_drop(void) {
  if (terminal_end >= 0)
    close(terminal_end);
  terminal_end = -1;
  listens = false;
}

int __wrap_peer_connect(const struct line_peer *peer, int64_t give_up);
int __wrap_peer_connect(const struct line_peer *peer, int64_t give_up) {
  int ends[2];
  (void)peer;
  (void)give_up;
  waiting = fault_at(PLACE_TENDER);
  line_drop();
  if (waiting == FAULT_KILL_BEFORE_TENDER)
    fault_kill();
  if (waiting == FAULT_TENDER_UNREACHED || torture->bank_down ||
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
    return -1;
  goods_lose(&torture->bank.zvt);
  terminal_end = ends[0];
  return ends[1];
}

/* The driver's answer to a frame, or its command. */
static void answer_take(uint8_t class, uint8_t instruction) {
  if (!listens)
    return;
  if (class == 0x84 && instruction == ZVT_GOODS_WAIT)
    torture->bank.zvt.waits = true;
  else if (waiting == FAULT_BANK_DEAD_AFTER)
    line_drop();
  else
    say_end(0x0F, 0);
}

bool __wrap_peer_write(int fd, const void *data, size_t len, int64_t give_up);
bool __wrap_peer_write(int fd, const void *data, size_t len, int64_t give_up) {
  const uint8_t *bytes = data;
  (void)fd;
  (void)give_up;
  if (len < 3 || bytes[0] != 0x06) {
    answer_take(bytes[0], bytes[1]);
    return true;
  }
  torture->bank_down = fault_away(waiting);
  if (waiting != FAULT_TENDER_LOST_BEFORE && waiting != FAULT_BANK_DEAD_BEFORE)
    carry_out(bytes[1], bytes + 3, waiting);
  if (waiting == FAULT_TENDER_LOST_BEFORE || waiting == FAULT_BANK_DEAD_BEFORE || waiting == FAULT_TENDER_LOST_AFTER)
    line_drop();
  return true;
}

/* ---- a charge that waits for its goods: nobody asks again meanwhile ---- */

void __wrap_zvt_hold_begin(struct zvt_hold *hold);
void __wrap_zvt_hold_begin(struct zvt_hold *hold) {
  hold->live = true;
}

void __wrap_zvt_hold_end(struct zvt_hold *hold, unsigned answer);
void __wrap_zvt_hold_end(struct zvt_hold *hold, unsigned answer) {
  enum fault_kind fault = fault_at(PLACE_TENDER);
  const bool there = answer == ZVT_GOODS_YES;
  if (fault == FAULT_KILL_BEFORE_TENDER)
    fault_kill();
  torture->bank_down = torture->bank_down || fault_away(fault);
  if (fault != FAULT_TENDER_UNREACHED && fault != FAULT_TENDER_LOST_BEFORE && fault != FAULT_BANK_DEAD_BEFORE)
    goods_decide(&torture->bank.zvt, there);
  if (fault == FAULT_KILL_AFTER_TENDER)
    fault_kill();
  hold->live = false;
  hold->talk.end = fault != FAULT_NONE ? ZVT_LOST : there ? ZVT_DONE : ZVT_ENDED;
  hold->talk.code = there ? 0 : CODE_ABORT;
  line_drop();
  bank_line_end(&hold->line);
}
