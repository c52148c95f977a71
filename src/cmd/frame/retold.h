/* SPDX-License-Identifier: Apache-2.0
 * What libraries and other machines say in English, retold to people in their language.
 *
 * A library, the ledger's own questions to its database, and a server answer in finished English sentences, which logs
 * and JSON want as they are. Here they are known again by the form that they were made from. */
#ifndef EPURSE_CMD_RETOLD_H
#define EPURSE_CMD_RETOLD_H

#include <stddef.h>

#define RETOLD_MAX 1024

/* The sentence in the person's language: of the catalogue as it is, or made from a form, what it quotes being quoted,
 * and what stands in front of ": " likewise. What is not known stays as it is. `text` is written where it is needed,
 * and cut at its end; what is answered is one of both. */
const char *retold(const char *english, char text[RETOLD_MAX]);
/* The same of what an audit or a check of the ledger says. */
const char *retold_finding(const char *english, char text[RETOLD_MAX]);

/* The forms, "%s" for what is quoted, marked for the catalogue; NULL ends them. */
extern const char *const retold_configuration[]; /* what is wrong with a configuration or a folder */
extern const char *const retold_audit[];         /* what an audit finds */

#endif
