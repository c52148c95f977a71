/* SPDX-License-Identifier: Apache-2.0
 * What an attack is run on: a card behind the attacker's reader, open terminals, a bank, the server's books; and what
 * is counted over all attacks. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_STAGE_H
#define EPURSE_TESTS_SYSTEM_WIRE_STAGE_H

#include "flow_card.h"
#include "wire_books.h"
#include "wire_proxy.h"
#include "wire_reader.h"

struct stage {
  struct flow_card card;
  struct wire wire;
  struct terminal *pos, *pos2, *reload, *desk;
  struct bank bank;
  struct books_line *line;
  const char *name;
  unsigned cards; /* raw ones made so far */
};

/* Both sides of the wire at one moment. */
struct snapshot {
  struct card_memory card;
  struct books books;
  unsigned charged, reversed;
};

/* A stage with a cardholder's card of so much money; its name is the test's. */
void stage_open(struct stage *stage, const char *name, int64_t minor);
void stage_close(struct stage *stage);
/* Another raw card in the place of the stage's. */
void stage_raw_card(struct stage *stage);
void stage_snapshot(const struct stage *stage, struct snapshot *snapshot);

/* Nobody attacks from here on. */
void stage_calm(struct stage *stage);
enum status stage_pay(struct stage *stage, struct terminal *pos, int64_t minor, bool points, struct outcome *outcome);
enum status stage_load(struct stage *stage, int64_t minor, struct outcome *outcome);
/* What a terminal does at its next start. */
void stage_recover(const struct stage *stage, struct terminal *terminal);
/* What the server holds of the stage's card, asked by the desk. */
struct card_facts stage_facts(const struct stage *stage);
/* Entries of a terminal's journal that are open. */
unsigned stage_open_entries(const struct terminal *terminal);

/* ---- figures, kept in memory that all tests of the program share ---- */

#define FIGURES_ROWS 48
struct figures {
  struct figures_row {
    char name[32];
    unsigned messages, attacks, contacts;
    unsigned outcomes[STATUS_COUNT];
  } rows[FIGURES_ROWS];
  unsigned kinds[WIRE_KIND_COUNT], line_kinds[LINE_KIND_COUNT];
};
extern struct figures *figures;
void figures_begin(void);
void figures_end(void); /* prints them as TAP comments */
struct figures_row *figures_row(const char *name);

/* ATTACK_SHARE, or 1 where ATTACK_FULL is set, or 12: of a plan's attacks every so many-th is run. */
unsigned attack_share(void);
/* ATTACK_SEED, or 1; ATTACK_FULL set: all of it. */
uint64_t attack_seed(void);
bool attack_full(void);
bool attack_wants(const char *name); /* ATTACK_ONLY: this one alone */
bool attack_verbose(void);           /* ATTACK_VERBOSE: each attack is printed */

#endif
