/* SPDX-License-Identifier: Apache-2.0
 * New keys and certificates for a terminal, in the place of the old ones: journal and receipts stay where they are. */
#ifndef EPURSE_TERMINAL_RENEWAL_H
#define EPURSE_TERMINAL_RENEWAL_H

#include <stdbool.h>

#include "epurse/status.h"
#include "epurse/terminal.h"

#define RENEWAL_PATH_MAX 1280

/* Makes the next keys in the folder `renewal` of the terminal's, and the request for their certificates, which the
 * present key signs: FOLDER/renewal/request.json, its path in `path`. The issuer answers it: epurse-admin terminal
 * renew
 * --request. One that is there already stays. The present keys are not touched. STATUS_STORE_FAILED, BAD_LENGTH;
 * TILL_BUSY: another one asks or takes at this moment. */
enum status renewal_ask(struct terminal *terminal, char path[RENEWAL_PATH_MAX]) EPURSE_MUST_USE;

/* The same for a terminal that cannot be opened, as its certificate has expired: its name is in `tid`, and the request
 * goes to the issuer by hand. STATUS_NOT_FOUND: it has not expired, or something else is wrong: terminal_open says
 * what. */
enum status renewal_ask_late(const char *config, char tid[TID_SIZE + 1], char path[RENEWAL_PATH_MAX]) EPURSE_MUST_USE;

/* Takes the issuer's answer, a folder, to what renewal_ask has asked of the terminal with this configuration: new keys
 * and certificates, when all of them fit together and hang on the master key of old, take the old ones' place. The
 * terminal is not open; its present certificate may have expired. STATUS_NOT_FOUND: nothing was asked, or a file is
 * missing; BAD_CERTIFICATE, BAD_KEY: the answer is to something else; STORE_FAILED. With all of these the old ones
 * stand. TILL_BUSY: another one takes it at this moment. `problem` says more, or is "". */
enum status renewal_take(const char *config, const char *answer, char problem[256]) EPURSE_MUST_USE;

/* Brings the request that renewal_ask made to the server, over the terminal's own line, as often as one likes; what the
 * issuer has answered is put into the folder `renewal-answer` of the terminal's, which is in `answer` for renewal_take;
 * "": it waits. Statuses of backend_call and of the reply; STATUS_NOT_FOUND: nothing was asked; STORE_FAILED. */
enum status renewal_bring(struct terminal *terminal, char answer[RENEWAL_PATH_MAX]) EPURSE_MUST_USE;
/* Whether a request is there that was not brought for some minutes. */
bool renewal_due(const char *folder);
/* Removes an answer that was taken. */
void renewal_answer_drop(const char *folder);

/* ---- for terminal_open only ---- */

/* Ends a change of keys that broke off after the point where it was decided. STATUS_STORE_FAILED. */
enum status renewal_finish(const char *folder) EPURSE_MUST_USE;

#endif
