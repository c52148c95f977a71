/* SPDX-License-Identifier: Apache-2.0
 * Who a terminal is: its keys and certificates, read from its folder and held against the master key. */
#ifndef EPURSE_TERMINAL_IDENTITY_H
#define EPURSE_TERMINAL_IDENTITY_H

#include "epurse/certificate.h"
#include "epurse/status.h"

struct bytes_view;
struct terminal;

/* Where the files of a terminal are: FOLDER/NAME. STATUS_BAD_CONFIG: too long. */
#define IDENTITY_PATH_MAX 4096
enum status identity_path(const char *folder, const char *name, char path[IDENTITY_PATH_MAX]) EPURSE_MUST_USE;

/* Fills master key, certificates, keys and batch key of a terminal whose tid, role and merchant are set, and checks
 * them all. Statuses and `problem` as terminal_open. What was filled is the terminal's, also on failure: identity_wipe.
 */
enum status identity_load(struct terminal *terminal, const char *folder, char problem[256]) EPURSE_MUST_USE;

/* The server's key of that version, for what it has signed, and, where `file` is not NULL, the bytes of its
 * certificate. NULL: the terminal knows no such key, or it is withdrawn: below the *least* of a certificate that it
 * has. */
const struct certificate *identity_server(const struct terminal *terminal, uint8_t version, struct bytes_view *file);

/* The card CA of that subject, under which a card's certificate says that it is, and, where `file` is not NULL, the
 * bytes of its certificate. NULL: the terminal knows no such one, or not any more. */
const struct certificate *identity_card_ca(const struct terminal *terminal,
                                           const uint8_t subject[CERTIFICATE_SUBJECT_SIZE], struct bytes_view *file);

/* Releases and wipes it. */
void identity_wipe(struct terminal *terminal);

#endif
