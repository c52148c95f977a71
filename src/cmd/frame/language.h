/* SPDX-License-Identifier: Apache-2.0
 * What people read in their own language: the sentences of the programs, from the catalogue of the locale (po/). */
#ifndef EPURSE_CMD_LANGUAGE_H
#define EPURSE_CMD_LANGUAGE_H

#include "epurse/sentence.h" /* SENTENCE */
#include "epurse/status.h"

/* Takes the locale of the environment, and the catalogues installed, or those of the folder EPURSE_LOCALEDIR. Before
 * it, and in every other language than the catalogues', all is English. */
void language_begin(void);
/* The same for a program whose numbers and letters are for machines: of the locale only the sentences are taken. */
void language_of_sentences(void);

/* The sentence in the person's language, or as it is; not to be freed. Machines (JSON, logs, files) get the English. */
const char *translated(const char *english) __attribute__((format_arg(1)));
/* The same for something that is counted: `one` where the count is one in English. */
const char *translated_count(const char *one, const char *many, unsigned long count)
    __attribute__((format_arg(1), format_arg(2)));
/* status_sentence for people. */
const char *translated_status(enum status status);

#endif
