/* SPDX-License-Identifier: Apache-2.0
 * The issuer's keys as a session knows them: what is stored, what a certificate under the master key has shown since,
 * and the versions below which nothing is good any more. No key is ever written (R4). */
#ifndef EPURSE_CARD_ISSUER_KEY_H
#define EPURSE_CARD_ISSUER_KEY_H

#include "epurse/card.h"

/* Reads a certificate of that role (terminal CA or server), under the master key, from a command's data. SW_WRONG_DATA:
 * not a certificate; SW_DATA_NOT_FOUND: of a key older than the stored one, or below the floor;
 * SW_SECURITY_NOT_SATISFIED: not under the master key, of another role, expired. Writes nothing that lasts. */
uint16_t issuer_key_take(const struct card *card, const struct apdu *command, uint8_t role, struct shown_key *key);

/* The stored terminal CA, if it is of that version and not below the floor. */
bool issuer_key_terminal_ca(const struct card *card, uint8_t version, struct shown_key *ca);

/* Whether an order is signed with the server's key of that version. SW_DATA_NOT_FOUND: this session knows no such key,
 * or it is below the floor; SW_SECURITY_NOT_SATISFIED: it is not. */
uint16_t issuer_key_check_order(const struct card *card, const struct apdu *order, uint8_t version);

/* With the first valid C-MAC of a session, which only the terminal can have made: stages the floor that the terminal
 * CA's certificate says, where it is higher. Whether there is something to commit. */
bool issuer_key_stage_floor(struct card *card);

/* VERIFY CERTIFICATE in the channel: the server's newer key, for this session; its `least` for good. */
uint16_t issuer_key_show_server(struct card *card, const struct apdu *command, struct apdu_response *response);

#endif
