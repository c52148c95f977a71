/* SPDX-License-Identifier: Apache-2.0
 * A card's issuer security domain, from outside: what a factory-fresh card is, its keys, its contents (GPC v2.3.1
 * chapter 11). No step here is tried twice with other keys: cards count wrong ones, and die of about ten. */
#ifndef EPURSE_DOMAIN_H
#define EPURSE_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/apdu.h"
#include "epurse/cap.h"
#include "epurse/domain_channel.h"
#include "epurse/status.h"

struct reader;

#define DOMAIN_CPLC_SIZE   42 /* card production life cycle data */
#define DOMAIN_SERIAL_SIZE 8
#define DOMAIN_KEYS_MAX    16
#define DOMAIN_ENTRY_MAX   32

/* A key that the domain says it has (GET DATA E0). */
struct domain_key {
  uint8_t id, version, type, len; /* type 80 DES, 88 AES */
};

/* What can be learnt without any key. Nothing of it proves anything. */
struct domain_view {
  struct cap_aid aid; /* of the domain */
  bool locked;        /* SELECT answered 6283 */
  bool has_cplc;
  uint8_t cplc[DOMAIN_CPLC_SIZE];
  uint8_t serial[DOMAIN_SERIAL_SIZE]; /* of CPLC; else of the key diversification data; all zeros: none */
  struct domain_key keys[DOMAIN_KEYS_MAX];
  size_t key_count;
  size_t data_max;             /* bytes that a command may carry (9F65), at most 255 */
  uint32_t memory_free;        /* bytes for packages and applets (FF21), 0: it does not tell; domain_look_memory */
  struct domain_update update; /* protocol, key version */
};

/* SELECT, GET DATA, INITIALIZE UPDATE; the card is connected. STATUS_NOT_OUR_CARD: it has no security domain that lets
 * itself be selected (not fused, or terminated); NOT_FOUND: it has no keys to begin with; CARD_REFUSED, BAD_REPLY; as
 * reader_command. */
enum status domain_look(struct reader *reader, struct domain_view *view) EPURSE_MUST_USE;

/* Asks how much room there is: most cards do not tell. As reader_command. */
enum status domain_look_memory(struct reader *reader, struct domain_view *view) EPURSE_MUST_USE;

/* Whether the key set `version` of the domain that is selected is `master`'s, by the card's own cryptogram: nothing is
 * sent that a card counts. STATUS_NOT_AUTHENTICATED: it is there, with other keys; STATUS_NOT_FOUND: it is not, or
 * cannot be asked for by its number, as the factory's FF; otherwise as reader_command. */
enum status domain_has_keys(struct reader *reader, enum domain_diversification method, const struct domain_keys *master,
                            uint8_t version) EPURSE_MUST_USE;

/* An open session with the domain. */
struct domain {
  struct reader *reader; /* borrowed */
  struct domain_channel channel;
  struct domain_view view;
  size_t block_max; /* plain bytes of a LOAD */
};

/* SELECT, INITIALIZE UPDATE with key version `version` (0: what the card takes first), the card's cryptogram verified,
 * and only then EXTERNAL AUTHENTICATE, once. STATUS_NOT_AUTHENTICATED: the card has other keys, and has not counted
 * that; STATUS_CARD_REFUSED: it refused ours, and may have. */
enum status domain_open(struct domain *domain, struct reader *reader, enum domain_diversification method,
                        const struct domain_keys *master, uint8_t version) EPURSE_MUST_USE;
/* Wipes it. Says nothing to the card. */
void domain_close(struct domain *domain);

/* One command in the channel; the answer as it came. STATUS as reader_command. */
enum status domain_command(struct domain *domain, const struct apdu *plain,
                           struct apdu_response *response) EPURSE_MUST_USE;

/* PUT KEY: adds a set under a new version, of the channel's kind of keys, and compares the check values that the card
 * answers. STATUS_CARD_REFUSED; BAD_REPLY: other check values. */
enum status domain_put_keys(struct domain *domain, uint8_t version, const struct domain_keys *keys) EPURSE_MUST_USE;

/* DELETE of a whole key set, never of the session's own. STATUS_NOT_FOUND: it was not there; CARD_REFUSED. */
enum status domain_delete_keys(struct domain *domain, uint8_t version) EPURSE_MUST_USE;

#define DOMAIN_INSTALLED 0x03 /* state of an application that could not be selected yet */

/* What is on the card (GET STATUS). */
struct domain_entry {
  struct cap_aid aid;
  uint8_t state, privileges;
  bool is_package;
};
/* Applications and packages; *count: capacity in, entries out (the first ones). STATUS_BAD_REPLY, CARD_REFUSED. */
enum status domain_list(struct domain *domain, struct domain_entry *entries, size_t *count) EPURSE_MUST_USE;

/* DELETE, with what hangs on it where `related`. STATUS_NOT_FOUND: it was not there; CARD_REFUSED. */
enum status domain_delete(struct domain *domain, const struct cap_aid *aid, bool related) EPURSE_MUST_USE;

/* Called before each block; what it answers other than STATUS_OK ends the load. */
typedef enum status domain_progress(void *context, size_t block, size_t blocks);
/* INSTALL [for load] and LOAD. *sw: the status word that a refusal came with. STATUS_CARD_REFUSED. */
enum status domain_load(struct domain *domain, const struct cap *cap, domain_progress *progress, void *context,
                        uint16_t *sw) EPURSE_MUST_USE;

/* An application to make: its parameters are what the applet finds under C9. */
struct domain_application {
  const struct cap_aid *package, *module, *instance;
  const uint8_t *parameters;
  size_t parameters_len; /* at most 127 */
};
/* INSTALL [for install and make selectable]. Otherwise as above. */
enum status domain_install(struct domain *domain, const struct domain_application *application,
                           uint16_t *sw) EPURSE_MUST_USE;

/* SET STATUS of the card: there is no way back. */
enum domain_state { DOMAIN_OP_READY = 0x01, DOMAIN_INITIALIZED = 0x07, DOMAIN_SECURED = 0x0F };
/* STATUS_CARD_REFUSED: it cannot go there from where it is. */
enum status domain_set_state(struct domain *domain, enum domain_state state) EPURSE_MUST_USE;
/* Where it is (GET STATUS): one of enum domain_state, or another. STATUS_BAD_REPLY, CARD_REFUSED. */
enum status domain_get_state(struct domain *domain, uint8_t *state) EPURSE_MUST_USE;

#endif
