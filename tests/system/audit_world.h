/* SPDX-License-Identifier: Apache-2.0
 * A world that was lived in, at rest, for the audit: ledger, terminals, card logs, receipts; and copies of it to tamper
 * with. */
#ifndef EPURSE_TESTS_SYSTEM_AUDIT_WORLD_H
#define EPURSE_TESTS_SYSTEM_AUDIT_WORLD_H

#include "epurse/audit.h"

/* Its cards, by their serial numbers. All promises but those said otherwise were captured.
 *   A  1 load 100.00  2 pays 12.50  3 pays 3.00 at pos2  4 pays 0.10 with points  5 pays 5.00, torn and finished
 *   B  1 load 50.00   2 load 5.00, torn, OWED            3 pays 1.00
 *   C  1 load 50.00   2 load 4.00, not heard, REFUNDED    3 pays 1.00                4 load 3.00
 *   D  1 load 10.00   2 pays 2.00  3 gets 0.50 of it back; blocked by the issuer
 *   E  1 load 50.00   2 pays 7.00 at pos2: the card did, r is lost, HELD
 *   F  1 load 30.00   2 pays 0.10; a copy of it pays 0.20: an incident, blocked
 *   G  1 to 10 loads of 1.00, of which its log keeps 8; 11 pays 0.50
 * Logs of A, B, C, E, G; receipts of all. Terminal POS00002 is revoked at last. */
enum audit_card { CARD_A = 1, CARD_B, CARD_C, CARD_D, CARD_E, CARD_F, CARD_G, CARD_END };

void audit_world_begin(void);
void audit_world_end(void);

/* A fresh copy of all of it in `copy/` of the world; the paths below are in there. */
void audit_world_copy(void);
void audit_path(const char *name, char path[256]);
/* The card's number. */
void audit_cid(enum audit_card card, char text[17]);

/* Audits the copy. */
enum status audit_world_run(struct audit **audit);

#endif
