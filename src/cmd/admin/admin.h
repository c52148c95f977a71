/* SPDX-License-Identifier: Apache-2.0
 * The frame that the verbs of epurse-admin share: options, the line to the server, passphrases, words and report. */
#ifndef EPURSE_CMD_ADMIN_H
#define EPURSE_CMD_ADMIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/frame/option.h"
#include "epurse/message.h"
#include "epurse/secret.h"

struct currency;
struct terminal;

#define ADMIN_MERCHANT        "ISSUER" /* whose the issuer's own terminals are */
#define ADMIN_TID             "ADMIN001"
#define ADMIN_FOLDER          "admin" /* its directory in the issuer's */
#define ADMIN_SECOND_FOLDER   "admin-2"
#define ADMIN_SECOND_TID      "ADMIN002" /* with --approvals 2 */
#define ADMIN_OWN_DAYS        3650       /* of the issuer's own terminals: nobody is there to renew them */
#define ADMIN_PASSPHRASE_MIN  8
#define ADMIN_SECONDS_PER_DAY (24 * 60 * 60)

/* What the options fill, and what the verbs leave behind. */
struct admin {
  const struct program *program;
  const char *config;
  bool json;
  const char *dir, *hosts, *listen, *currency, *url;                             /* init; url: also terminal add */
  const char *store;                                                             /* init, migrate */
  int64_t issuer, pool, point_value, issuer_passphrase_fd, server_passphrase_fd; /* -1: ask */
  int64_t approvals;                                                             /* init */
  bool demonstration;                                                            /* init */
  const char *name;                                                              /* merchant add */
  int64_t points_rate;
  int64_t fee_rate; /* -1: not given */
  const char *iban, *bic;
  bool minor;                                                                /* init, limit set */
  const char *load_credit, *loads;                                           /* limit set; of all: init */
  const char *deposit;                                                       /* init */
  const char *no_pin_single, *no_pin_total, *offline_single, *offline_total; /* init: of new cards; total: limit set */
  int64_t offline_count;                                                     /* init; -1: not said */
  const char *payouts;                                                       /* the same */
  const char *refunds, *merchant_refunds;                                    /* the same */
  const char *format, *debtor, *debtor_iban, *debtor_bic, *date;             /* settlement export; and out */
  bool purchases;
  const char *role, *merchant, *out, *issuer_dir, *tender; /* terminal add */
  int64_t days;
  const char *request;                                             /* terminal renew */
  bool waiting;                                                    /* the same */
  bool force;                                                      /* restore */
  const char *reason;                                              /* card block */
  const char *ledger, *master;                                     /* audit; ledger: also backup, restore */
  struct option_texts certificates, journals, card_logs, receipts; /* audit */
  const char *until;                                               /* audit --until, or NULL */

  struct terminal *terminal; /* opened by admin_open; closed at the end */
  char folder[1024];         /* the directory that it was opened from */
  json_t *report;            /* the object for --json; filled by the verb, owned */
  bool changed;              /* the verb had an effect, which stands */
  bool reads;                /* it has none */
  enum status lost;          /* why it is not known whether it had one, where admin_call says OUTCOME_UNKNOWN */
  const char *look;          /* then: the verb that shows it; "": asked for again it is not done twice */
  const char *kept;          /* or the directory of keys that may be registered; NULL: none */
};

/* The verbs; a file each. */
enum status admin_init(void *context, char **arguments);
enum status admin_merchant_add(void *context, char **arguments);
enum status admin_merchant_change(void *context, char **arguments); /* admin_merchant_add.c */
enum status admin_terminal_add(void *context, char **arguments);
enum status admin_terminal_renew(void *context, char **arguments); /* admin_terminal_add.c */
enum status admin_terminal_revoke(void *context, char **arguments);
enum status admin_terminal_list(void *context, char **arguments);
enum status admin_limit_show(void *context, char **arguments); /* admin_limit.c */
enum status admin_limit_set(void *context, char **arguments);  /* admin_limit.c */
enum status admin_card_show(void *context, char **arguments);
enum status admin_card_block(void *context, char **arguments);
enum status admin_card_suspend(void *context, char **arguments); /* admin_card_block.c */
enum status admin_card_resume(void *context, char **arguments);  /* admin_card_block.c */
enum status admin_card_replace(void *context, char **arguments);
enum status admin_card_list(void *context, char **arguments);
enum status admin_settlement_close(void *context, char **arguments);
enum status admin_settlement_resume(void *context, char **arguments); /* admin_settlement_close.c */
enum status admin_settlement_list(void *context, char **arguments);   /* admin_settlement_close.c */
enum status admin_settlement_show(void *context, char **arguments);   /* admin_settlement_close.c */
enum status admin_settlement_export(void *context, char **arguments);
enum status admin_offline_bring(void *context, char **arguments);
enum status admin_pending(void *context, char **arguments);
enum status admin_deposit_list(void *context, char **arguments);
enum status admin_incident_list(void *context, char **arguments);
enum status admin_serial_add(void *context, char **arguments);
enum status admin_ledger_check(void *context, char **arguments);
enum status admin_ledger_restored(void *context, char **arguments);
enum status admin_backup(void *context, char **arguments);
enum status admin_restore(void *context, char **arguments); /* admin_backup.c */
enum status admin_audit(void *context, char **arguments);
enum status admin_approval_list(void *context, char **arguments); /* admin_approval.c, as the next three */
enum status admin_approval_show(void *context, char **arguments);
enum status admin_approval_give(void *context, char **arguments);
enum status admin_approval_refuse(void *context, char **arguments);
enum status admin_approval_require(void *context, char **arguments); /* admin_approval.c */
enum status admin_migrate(void *context, char **arguments);
enum status admin_key_roll(void *context, char **arguments);
enum status admin_key_change(void *context, char **arguments); /* admin_key_roll.c */
enum status admin_key_retire(void *context, char **arguments); /* admin_key_roll.c */

/* admin_call.c: */

/* Says on stderr what went wrong with `about` (NULL: nothing in particular) and answers `status`. */
enum status admin_fail(const struct admin *admin, const char *about, enum status status) EPURSE_MUST_USE;
/* The same in other words than the list of outcomes has. */
enum status admin_refuse(const struct admin *admin, enum status status, const char *format, ...) EPURSE_MUST_USE
    __attribute__((format(printf, 3, 4)));
/* What is typed for a card number and is none. STATUS_USAGE. */
enum status admin_refuse_cid(const struct admin *admin, const char *text) EPURSE_MUST_USE;
/* Before anything is made for --host: names and addresses that a certificate can have. Says what is wrong.
 * STATUS_USAGE. */
enum status admin_hosts_check(const struct admin *admin) EPURSE_MUST_USE;
/* One line for people, in their language: on stdout, or nowhere with --json. */
void admin_print(const struct admin *admin, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same where the format has no word in it: what has some comes translated. */
void admin_row(const struct admin *admin, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Opens the issuer's own terminal, of role admin; says what is wrong. */
enum status admin_open(struct admin *admin) EPURSE_MUST_USE;
/* Asks the server, after admin_open; `body` is stolen. The server's word is the answer, nothing is said about it.
 * STATUS_OUTCOME_UNKNOWN: no answer that counts came to what changes something; admin_fail says where to look.
 * What waits for another administrator is told, with its number, and is in admin->report. Release *reply with
 * message_clear in every case; its body is there with STATUS_OK, and with what the server refused in a signed reply. */
enum status admin_call(struct admin *admin, enum message_type type, json_t *body,
                       struct message *reply) EPURSE_MUST_USE;

/* A passphrase of at least ADMIN_PASSPHRASE_MIN characters, from the descriptor or, where that is negative, the person;
 * a new one is asked for twice. Wipe `text`. Says what is wrong. */
struct admin_passphrase {
  int64_t fd;
  const char *whose; /* "issuer" */
  bool is_new;
};
enum status admin_passphrase(const struct admin *admin, const struct admin_passphrase *wanted,
                             char text[SECRET_TEXT_MAX]) EPURSE_MUST_USE;

/* admin_limit.c: */

/* A limit as it is typed: an amount (with --minor in minor units), "none" or "default"; says what is wrong.
 * STATUS_USAGE. */
enum status admin_limit_take(const struct admin *admin, const char *text, const struct currency *currency,
                             int64_t *allowed) EPURSE_MUST_USE;

/* admin_card_show.c: what the server knows of a card, for machines and people. */
json_t *admin_card_json(const struct card_facts *facts);
void admin_card_print(const struct admin *admin, const struct card_facts *facts);

#endif
