/* SPDX-License-Identifier: Apache-2.0
 * What a person has to do after a restoration, from the date of the backup to that of the restoration. */
#include "admin_restore_list.h"

#include <stdio.h>
#include <string.h>

#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"
#include "epurse/ledger.h"
#include "epurse/ledger_approval.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_desk.h"
#include "epurse/ledger_incarnation.h"
#include "epurse/ledger_limit.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_renewal.h"
#include "epurse/ledger_terminal.h"
#include "epurse/moment.h"
#include "epurse/settlement.h"

#define PAGE 16

struct list {
  struct admin *admin;
  struct ledger *ledger, *old;
  json_t *todo;
  int64_t now; /* of the restoration */
  bool failed;
};

static void list_add(struct list *list, const char *what, const char *whose, const char *todo) {
  json_t *item = json_pack("{s:s, s:s, s:s}", "what", what, "whose", whose, "do", todo);

  list->failed |= item == NULL || json_array_append_new(list->todo, item) != 0;
  admin_row(list->admin, "  %s%s%s: %s\n", translated(what), whose[0] == '\0' ? "" : " ", whose, translated(todo));
}

static void list_limit(struct list *list, const char *whose, bool changed, const char *todo) {
  if (changed)
    list_add(list, SENTENCE("limit set"), whose, todo);
}

/* ---- cards ---- */

/* Its money went to another card, and is its own again. */
static enum status card_moves_compare(struct list *list, const uint8_t cid[CID_SIZE], const char *whose) {
  struct ledger_card_moves old, now;
  enum status status = ledger_card_moves(list->old, cid, &old);

  if (status == STATUS_OK)
    status = ledger_card_moves(list->ledger, cid, &now);
  if (status != STATUS_OK)
    return status;
  if (old.replaced && !now.replaced)
    list_add(list, SENTENCE("card replaced"), whose,
             SENTENCE("what it had is its own again, and not the new card's; replace it again: card replace"));
  else if (old.renewed && !now.renewed)
    list_add(list, SENTENCE("card renewed"), whose,
             SENTENCE("what it had is its own again, and not the new card's; renew it again at a desk: renew"));
  return STATUS_OK;
}

/* One that is in use in both. */
static void card_issued_compare(struct list *list, const struct ledger_card *old, const struct ledger_card *card,
                                const char *whose) {
  if (old->suspended_at != 0 && card->suspended_at == 0)
    list_add(list, SENTENCE("card suspended"), whose, SENTENCE("suspend it again: card suspend"));
  if (old->suspended_at == 0 && card->suspended_at != 0)
    list_add(list, SENTENCE("card resumed"), whose, SENTENCE("it is suspended again; resume it: card resume"));
  if (old->pin_changes > card->pin_changes)
    list_add(list, SENTENCE("PIN changed"), whose,
             SENTENCE("nothing; its next payment asks the holder to change it once more"));
}

static enum status card_compare(struct list *list, const struct ledger_card *old) {
  struct ledger_card card;
  char cid[2 * CID_SIZE + 1];
  enum status status = ledger_card_find(list->ledger, old->cid, &card);

  cid_print(old->cid, cid);
  if (status != STATUS_OK && status != STATUS_CARD_UNKNOWN)
    return status;
  bool known = status == STATUS_OK;
  if (old->state == LEDGER_CARD_ISSUED && (!known || card.state != LEDGER_CARD_ISSUED))
    list_add(list, SENTENCE("card issued"), cid,
             SENTENCE("it is unknown now; call its holder in and issue another one"));
  else if (old->state == LEDGER_CARD_ISSUED)
    card_issued_compare(list, old, &card, cid);
  else if (old->state == LEDGER_CARD_BLOCKED && (!known || card.state != LEDGER_CARD_BLOCKED))
    list_add(list, SENTENCE("card blocked"), cid,
             known ? SENTENCE("block it again: card block") : SENTENCE("it is unknown now; keep it in the notes"));
  return old->state == LEDGER_CARD_BLOCKED && known ? card_moves_compare(list, old->cid, cid) : STATUS_OK;
}

static enum status cards_compare(struct list *list) {
  struct ledger_card cards[PAGE];
  uint8_t after[CID_SIZE];
  size_t count = PAGE;
  bool first = true;
  enum status status = STATUS_OK;

  while (status == STATUS_OK && count == PAGE) {
    status = ledger_card_list(list->old, first ? NULL : after, cards, PAGE, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
      status = card_compare(list, &cards[i]);
    if (status == STATUS_OK && count > 0)
      memcpy(after, cards[count - 1].cid, CID_SIZE);
    first = false;
  }
  return status;
}

/* ---- terminals ---- */

/* How much of the issuer's the cards that it makes may pay off-line. */
static enum status desk_limit_compare(struct list *list, const uint8_t tid[TID_SIZE], const char *whose) {
  int64_t old = 0, now = 0;
  enum status status = ledger_desk_offline_limit_own(list->old, tid, &old);

  if (status == STATUS_OK)
    status = ledger_desk_offline_limit_own(list->ledger, tid, &now);
  if (status == STATUS_OK)
    list_limit(list, whose, old != now, SENTENCE("it is the earlier one now: limit set --offline-total"));
  return status;
}

/* What it may load, give back and pay out in a day; no day is looked at. */
static enum status terminal_limits_compare(struct list *list, const uint8_t tid[TID_SIZE], const char *whose) {
  static const struct {
    enum status (*read)(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t day, struct ledger_limit *limit);
    const char *todo;
  } limits[] = {
      {ledger_terminal_limit_read, SENTENCE("it is the earlier one now: limit set --loads")},
      {ledger_terminal_refund_limit_read, SENTENCE("it is the earlier one now: limit set --refunds")},
      {ledger_terminal_payout_limit_read, SENTENCE("it is the earlier one now: limit set --payouts")},
  };
  struct ledger_limit old, now;
  enum status status = STATUS_OK;

  for (size_t i = 0; status == STATUS_OK && i < sizeof limits / sizeof limits[0]; i++) {
    status = limits[i].read(list->old, tid, 0, &old);
    if (status == STATUS_OK)
      status = limits[i].read(list->ledger, tid, 0, &now);
    if (status == STATUS_OK)
      list_limit(list, whose, old.allowed != now.allowed, limits[i].todo);
  }
  return status == STATUS_OK ? desk_limit_compare(list, tid, whose) : status;
}

static enum status terminal_compare(struct list *list, const struct ledger_terminal *old) {
  struct ledger_terminal terminal;
  char tid[TID_SIZE + 1] = "";
  enum status status = ledger_terminal_find(list->ledger, old->tid, &terminal);

  memcpy(tid, old->tid, TID_SIZE);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND)
    return status;
  if (status == STATUS_NOT_FOUND)
    list_add(list, SENTENCE("terminal added"), tid, SENTENCE("it is unknown now; make it anew: terminal add"));
  else if (old->revoked && !terminal.revoked)
    list_add(list, SENTENCE("terminal revoked"), tid, SENTENCE("revoke it again: terminal revoke"));
  else if (memcmp(old->sig_public, terminal.sig_public, sizeof old->sig_public) != 0)
    list_add(list, SENTENCE("terminal renewed"), tid,
             SENTENCE("its present keys are unknown now; renew it again: terminal renew"));
  return status == STATUS_OK ? terminal_limits_compare(list, old->tid, tid) : STATUS_OK;
}

static enum status terminals_compare(struct list *list) {
  struct ledger_terminal terminals[PAGE];
  uint8_t after[TID_SIZE];
  size_t count = PAGE;
  bool first = true;
  enum status status = STATUS_OK;

  while (status == STATUS_OK && count == PAGE) {
    status = ledger_terminal_list(list->old, first ? NULL : after, terminals, PAGE, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
      status = terminal_compare(list, &terminals[i]);
    if (status == STATUS_OK && count > 0)
      memcpy(after, terminals[count - 1].tid, TID_SIZE);
    first = false;
  }
  return status;
}

/* ---- merchants ---- */

static enum status merchant_limits_compare(struct list *list, const char *id) {
  struct ledger_limit old[2], now[2];
  enum status status = ledger_merchant_limit_read(list->old, id, &old[0]);

  if (status == STATUS_OK)
    status = ledger_merchant_limit_read(list->ledger, id, &now[0]);
  if (status == STATUS_OK)
    status = ledger_merchant_refund_limit_read(list->old, id, 0, &old[1]);
  if (status == STATUS_OK)
    status = ledger_merchant_refund_limit_read(list->ledger, id, 0, &now[1]);
  if (status != STATUS_OK)
    return status;
  list_limit(list, id, old[0].allowed != now[0].allowed,
             SENTENCE("it is the earlier one now: limit set --load-credit"));
  list_limit(list, id, old[1].allowed != now[1].allowed,
             SENTENCE("it is the earlier one now: limit set --merchant-refunds"));
  return STATUS_OK;
}

static enum status merchant_compare(struct list *list, const struct ledger_merchant *old) {
  struct ledger_merchant merchant;
  enum status status = ledger_merchant_terms(list->ledger, old->id, &merchant);

  if (status != STATUS_OK && status != STATUS_NOT_FOUND)
    return status;
  if (status == STATUS_NOT_FOUND)
    list_add(list, SENTENCE("merchant added"), old->id, SENTENCE("it is unknown now; add it again: merchant add"));
  else if (strcmp(old->iban, merchant.iban) != 0 || strcmp(old->bic, merchant.bic) != 0 ||
           old->fee_rate != merchant.fee_rate)
    list_add(list, SENTENCE("merchant changed"), old->id,
             SENTENCE("account or fee are the earlier ones now: merchant change"));
  return status == STATUS_OK ? merchant_limits_compare(list, old->id) : STATUS_OK;
}

static enum status merchants_compare(struct list *list) {
  struct ledger_merchant merchants[PAGE];
  char after[MERCHANT_MAX + 1] = "";
  size_t count = PAGE;
  enum status status = STATUS_OK;

  while (status == STATUS_OK && count == PAGE) {
    status = ledger_merchant_list(list->old, after[0] == '\0' ? NULL : after, merchants, PAGE, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
      status = merchant_compare(list, &merchants[i]);
    if (status == STATUS_OK && count > 0)
      (void)snprintf(after, sizeof after, "%s", merchants[count - 1].id);
  }
  return status;
}

/* ---- settlements ---- */

static enum status settlements_compare(struct list *list) {
  struct ledger_settlement settlements[PAGE], known;
  char number[24];
  int64_t after = 0;
  size_t count = PAGE;
  enum status status = STATUS_OK;

  while (status == STATUS_OK && count == PAGE) {
    status = ledger_settlement_list(list->old, after, settlements, PAGE, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
      after = settlements[i].number;
      status = ledger_settlement_find(list->ledger, after, &known);
      (void)snprintf(number, sizeof number, "%lld", (long long)after);
      if (status == STATUS_NOT_FOUND) {
        list_add(list, SENTENCE("settlement closed"), number,
                 SENTENCE("was it exported? what it paid out is not to be paid again"));
        status = STATUS_OK;
      }
    }
  }
  return status;
}

/* ---- chips ---- */

static enum status chips_compare(struct list *list) {
  int64_t old = 0, now = 0;
  char count[24];
  enum status status = ledger_chip_count(list->old, &old);

  if (status == STATUS_OK)
    status = ledger_chip_count(list->ledger, &now);
  (void)snprintf(count, sizeof count, "%lld", (long long)(old - now));
  if (status == STATUS_OK && old > now)
    list_add(list, SENTENCE("chips listed"), count, SENTENCE("list them again: serial add"));
  return status;
}

/* ---- what takes two administrators ---- */

static enum status rule_compare(struct list *list) {
  int64_t old = 0, now = 0;
  char needed[24];
  enum status status = ledger_approvals_needed(list->old, &old);

  if (status == STATUS_OK)
    status = ledger_approvals_needed(list->ledger, &now);
  (void)snprintf(needed, sizeof needed, "%lld", (long long)old);
  if (status == STATUS_OK && old != now)
    list_add(
        list, SENTENCE("approval required"), needed,
        old > now
            ? SENTENCE(
                  "one administrator is enough now for what took two; require the other one again: approval require 2")
            : SENTENCE("it takes two administrators again: approval require 1"));
  return status;
}

/* What was refused waits again, and could be given. */
static void approval_compare(struct list *list, const struct ledger_approval *old, const struct ledger_approval *now) {
  char number[24];

  (void)snprintf(number, sizeof number, "%lld", (long long)old->number);
  if (now->state != LEDGER_APPROVAL_WAITS || ledger_approval_lapsed(now, list->now))
    return;
  if (old->state == LEDGER_APPROVAL_REFUSED)
    list_add(list, SENTENCE("approval refused"), number, SENTENCE("it waits again; refuse it again: approval refuse"));
  if (old->state == LEDGER_APPROVAL_GIVEN)
    list_add(list, SENTENCE("approval given"), number, SENTENCE("it waits again; give it again: approval give"));
}

static enum status approvals_compare(struct list *list) {
  struct ledger_approval old, now;
  int64_t after = 0;
  enum status status = STATUS_OK;

  while (status == STATUS_OK) {
    status = ledger_approval_next(list->old, after, false, list->now, &old);
    if (status != STATUS_OK)
      break;
    after = old.number;
    status = ledger_approval_find(list->ledger, after, &now);
    if (status == STATUS_OK)
      approval_compare(list, &old, &now);
    else if (status == STATUS_NOT_FOUND)
      status = STATUS_OK; /* it was asked for since, and nothing waits */
  }
  return status == STATUS_NOT_FOUND ? rule_compare(list) : status;
}

/* ---- all ---- */

/* Where nothing can be compared. */
static void all_name(struct list *list) {
  static const char *const rows[][2] = {
      {SENTENCE("cards issued"), SENTENCE("they are unknown now; call their holders in and issue others")},
      {SENTENCE("cards blocked"), SENTENCE("block them again: card block")},
      {SENTENCE("cards replaced, renewed"),
       SENTENCE("what they had is their own again, and not the new cards': card replace, and renew at a desk")},
      {SENTENCE("cards suspended, resumed"), SENTENCE("they are as before: card suspend, card resume")},
      {SENTENCE("PINs changed"), SENTENCE("nothing; the next payment asks the holder to change it once more")},
      {SENTENCE("terminals added, renewed"),
       SENTENCE("their present keys are unknown now: terminal add, terminal renew")},
      {SENTENCE("terminals revoked"), SENTENCE("revoke them again: terminal revoke")},
      {SENTENCE("merchants added, changed"),
       SENTENCE("account or fee are the earlier ones now: merchant add, merchant change")},
      {SENTENCE("limits set"),
       SENTENCE(
           "they are the earlier ones now: limit set --loads, --refunds, --payouts, --offline-total, --load-credit, "
           "--merchant-refunds")},
      {SENTENCE("approval required"), SENTENCE("it takes as many administrators as before: approval require")},
      {SENTENCE("approvals given, refused"), SENTENCE("they wait again: approval list")},
      {SENTENCE("chips listed"), SENTENCE("list them again: serial add")},
      {SENTENCE("settlements closed"), SENTENCE("were they exported? what they paid out is not to be paid again")},
  };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    list_add(list, rows[i][0], "", rows[i][1]);
}

static enum status all_compare(struct list *list) {
  enum status status = cards_compare(list);

  if (status == STATUS_OK)
    status = terminals_compare(list);
  if (status == STATUS_OK)
    status = merchants_compare(list);
  if (status == STATUS_OK)
    status = chips_compare(list);
  if (status == STATUS_OK)
    status = approvals_compare(list);
  return status == STATUS_OK ? settlements_compare(list) : status;
}

static void moment_of(int64_t seconds, char text[21]) {
  uint8_t moment[MOMENT_SIZE];

  moment_from_unix(seconds, moment);
  moment_print(moment, text);
}

static enum status all_list(struct admin *admin, struct ledger *ledger, struct ledger *old) {
  struct list list = {.admin = admin, .ledger = ledger, .old = old, .todo = json_array()};
  struct ledger_incarnation incarnation;
  char since[21], until[21];
  enum status status = ledger_incarnation(ledger, &incarnation);

  list.failed = list.todo == NULL;
  if (status == STATUS_OK) {
    char people[2][LOCAL_TIME_MAX];
    list.now = incarnation.at;
    moment_of(incarnation.since, since);
    moment_of(incarnation.at, until);
    local_time_print_unix(incarnation.since, people[0]);
    local_time_print_unix(incarnation.at, people[1]);
    admin_print(admin, "What was done from %s to %s is to be done again by hand:\n", people[0], people[1]);
    if (old != NULL)
      status = all_compare(&list);
    else
      all_name(&list);
    list_add(&list, SENTENCE("settlements"), "",
             SENTENCE("tell what was exported last, before the next is closed: settlement resume"));
    list_add(&list, SENTENCE("receipts"), "", SENTENCE("run recover at every terminal: it brings them in again"));
    list_add(&list, SENTENCE("refunds owed"), "",
             SENTENCE("no terminal keeps them: enter those slips again, refund --without-card"));
  }
  if (status == STATUS_OK && (list.failed || json_object_set_new(admin->report, "since", json_string(since)) != 0 ||
                              json_object_set_new(admin->report, "until", json_string(until)) != 0 ||
                              json_object_set(admin->report, "todo", list.todo) != 0))
    status = STATUS_NO_MEMORY;
  json_decref(list.todo);
  return status;
}

/* What cannot be listed is said, and is no failure of the restoration. */
static void list_tell(struct admin *admin, const char *url, const char *old_path) {
  struct ledger *ledger = NULL, *old = NULL;
  enum status status = ledger_open(url, &ledger);

  if (status == STATUS_OK && old_path != NULL)
    status = ledger_open(old_path, &old);
  if (status == STATUS_OK)
    status = all_list(admin, ledger, old);
  ledger_close(&old);
  ledger_close(&ledger);
  if (status != STATUS_OK)
    fprintf(stderr, translated("%s: what is to be done by hand could not be listed: %s\n"), admin->program->name,
            translated_status(status));
}

void restore_tell(struct admin *admin, const char *url, const char *old) {
  fprintf(stderr,
          translated("%s: what was booked after the backup is missing: each card that paid or loaded since is declined "
                     "(OUT_OF_STEP)\n"),
          admin->program->name);
  fprintf(stderr,
          translated("%s: and noted as an incident at its next contact. Have every terminal run recover, and keep its "
                     "receipts.\n"),
          admin->program->name);
  list_tell(admin, url, old);
}
