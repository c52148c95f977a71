/* SPDX-License-Identifier: Apache-2.0
 * Stage and figures. */
#include "wire_stage.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "epurse/journal.h"
#include "flow_world.h"

#define SHARE 12 /* less than a minute */

struct figures *figures;

void stage_open(struct stage *stage, const char *name, int64_t minor) {
  memset(stage, 0, sizeof *stage);
  stage->name = name;
  flow_card_issue(&stage->card, name, minor);
  wire_open(&stage->wire, stage->card.inner);
  stage->pos = flow_terminal("pos");
  stage->pos2 = flow_terminal("pos2");
  stage->reload = flow_terminal("reload");
  stage->desk = flow_terminal("perso");
  bank_make(&stage->bank);
  stage->line = books_open();
}

void stage_close(struct stage *stage) {
  flow_ledger_clean();
  books_close(&stage->line);
  terminal_close(&stage->pos);
  terminal_close(&stage->pos2);
  terminal_close(&stage->reload);
  terminal_close(&stage->desk);
  flow_card_remove(&stage->card);
}

void stage_raw_card(struct stage *stage) {
  char name[64];
  flow_card_remove(&stage->card);
  snprintf(name, sizeof name, "%.32s-%u", stage->name, ++stage->cards);
  flow_card_new(&stage->card, name);
  wire_open(&stage->wire, stage->card.inner);
}

void stage_snapshot(const struct stage *stage, struct snapshot *snapshot) {
  snapshot->card = *vcard_memory(stage->card.vcard);
  snapshot->charged = stage->bank.charged;
  snapshot->reversed = stage->bank.reversed;
  books_read(stage->line, &snapshot->books);
}

void stage_calm(struct stage *stage) {
  static const struct wire_attack nothing = {.kind = WIRE_NOTHING};
  wire_release(&stage->wire);
  wire_arm(&stage->wire, &nothing, NULL);
}

enum status stage_pay(struct stage *stage, struct terminal *pos, int64_t minor, bool points, struct outcome *outcome) {
  const struct payment payment = {.amount = {minor, 978}, .points = points, .ask_pin = true};
  stage->card.asked = 0;
  return purchase_run(pos, &stage->wire.reader, &payment, &stage->card.dialogue, outcome);
}

enum status stage_load(struct stage *stage, int64_t minor, struct outcome *outcome) {
  const struct payment payment = {.amount = {minor, 978}, .tender = &stage->bank.tender};
  stage->card.asked = 0;
  return load_run(stage->reload, &stage->wire.reader, &payment, &stage->card.dialogue, outcome);
}

void stage_recover(const struct stage *stage, struct terminal *terminal) {
  struct recovery recovery;
  struct tender tender = stage->bank.tender;
  terminal->tender = terminal == stage->reload ? &tender : NULL;
  ck_assert_int_eq(terminal_recover(terminal, &recovery), STATUS_OK);
  terminal->tender = NULL;
}

struct card_facts stage_facts(const struct stage *stage) {
  return flow_facts(stage->card.cid);
}

unsigned stage_open_entries(const struct terminal *terminal) {
  struct journal_entry entry = {.id = 0};
  unsigned count = 0;
  while (journal_next_open(terminal->journal, entry.id, &entry) == STATUS_OK)
    count++;
  return count;
}

/* ---- figures ---- */

void figures_begin(void) {
  figures = mmap(NULL, sizeof *figures, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(figures, MAP_FAILED);
}

struct figures_row *figures_row(const char *name) {
  for (size_t i = 0; i < FIGURES_ROWS; i++) {
    struct figures_row *row = &figures->rows[i];
    if (row->name[0] == 0)
      snprintf(row->name, sizeof row->name, "%s", name);
    if (strcmp(row->name, name) == 0)
      return row;
  }
  ck_abort_msg("too many rows of figures");
}

static void row_print(const struct figures_row *row) {
  printf("# %-16s %3u messages, %6u attacks, %6u contacts:", row->name, row->messages, row->attacks, row->contacts);
  for (unsigned i = 0; i < STATUS_COUNT; i++)
    if (row->outcomes[i] > 0)
      printf(" %s %u", status_name((enum status)i), row->outcomes[i]);
  printf("\n");
}

void figures_end(void) {
  unsigned attacks = 0, messages = 0;
  for (size_t i = 0; i < FIGURES_ROWS && figures->rows[i].name[0] != 0; i++) {
    row_print(&figures->rows[i]);
    attacks += figures->rows[i].attacks;
    messages += figures->rows[i].messages;
  }
  printf("# attacks by kind:");
  for (unsigned i = 0; i < WIRE_KIND_COUNT; i++)
    if (figures->kinds[i] > 0)
      printf(" %s %u;", wire_kind_name((enum wire_kind)i), figures->kinds[i]);
  for (unsigned i = 0; i < LINE_KIND_COUNT; i++)
    if (figures->line_kinds[i] > 0)
      printf(" %s %u;", line_kind_name((enum line_kind)i), figures->line_kinds[i]);
  printf("\n# seed %llu, %u messages, %u attacks in all\n", (unsigned long long)attack_seed(), messages, attacks);
  fflush(stdout);
  munmap(figures, sizeof *figures);
  figures = NULL;
}

uint64_t attack_seed(void) {
  const char *seed = getenv("ATTACK_SEED");
  return seed != NULL ? strtoull(seed, NULL, 0) : 1;
}

unsigned attack_share(void) {
  const char *share = getenv("ATTACK_SHARE");
  unsigned long value = share != NULL ? strtoul(share, NULL, 10) : attack_full() ? 1 : SHARE;
  return value > 0 ? (unsigned)value : 1;
}

bool attack_full(void) {
  return getenv("ATTACK_FULL") != NULL;
}

bool attack_wants(const char *name) {
  const char *only = getenv("ATTACK_ONLY");
  return only == NULL || strcmp(only, name) == 0;
}

bool attack_verbose(void) {
  return getenv("ATTACK_VERBOSE") != NULL;
}
