/* SPDX-License-Identifier: Apache-2.0
 * New keys and certificates for a terminal, in the place of the old ones: journal and receipts stay where they are. */
#ifndef EPURSE_TERMINAL_RENEWAL_H
#define EPURSE_TERMINAL_RENEWAL_H

#include "epurse/status.h"
#include "epurse/terminal.h"

#define RENEWAL_PATH_MAX 1280

/* Makes the next keys in the folder `renewal` of the terminal's, and the request for their certificates, which the
 * present key signs: FOLDER/renewal/request.json, its path in `path`. The issuer answers it: epurse-admin terminal renew
 * --request. One that is there already stays. The present keys are not touched. STATUS_STORE_FAILED, BAD_LENGTH. */
enum status renewal_ask(struct terminal *terminal, char path[RENEWAL_PATH_MAX]) EPURSE_MUST_USE;

/* Takes the issuer's answer, a folder, to what renewal_ask has asked of the terminal with this configuration: new keys
 * and certificates, when all of them fit together and hang on the master key of old, take the old ones' place. The
 * terminal is not open; its present certificate may have expired. STATUS_NOT_FOUND: nothing was asked, or a file is
 * missing; BAD_CERTIFICATE, BAD_KEY: the answer is to something else; STORE_FAILED. With all of these the old ones
 * stand. `problem` says more, or is "". */
enum status renewal_take(const char *config, const char *answer, char problem[256]) EPURSE_MUST_USE;

/* ---- for terminal_open only ---- */

/* Ends a change of keys that broke off after the point where it was decided. STATUS_STORE_FAILED. */
enum status renewal_finish(const char *folder) EPURSE_MUST_USE;

#endif
