/* SPDX-License-Identifier: Apache-2.0
 * What people read in their own language: GNU gettext, at the edge of the programs only. */
#include "language.h"

#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stdlib.h>

#include "config.h"

void language_begin(void) {
  const char *folder = secure_getenv("EPURSE_LOCALEDIR");
  (void)setlocale(LC_ALL, "");
  (void)bindtextdomain(PACKAGE, folder != NULL && folder[0] != 0 ? folder : LOCALEDIR);
  (void)textdomain(PACKAGE);
}

void language_of_sentences(void) {
  const char *folder = secure_getenv("EPURSE_LOCALEDIR");
  locale_t letters = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
  (void)setlocale(LC_MESSAGES, "");
  (void)bindtextdomain(PACKAGE, folder != NULL && folder[0] != 0 ? folder : LOCALEDIR);
  (void)bind_textdomain_codeset(PACKAGE, letters != (locale_t)0 ? nl_langinfo_l(CODESET, letters) : "UTF-8");
  (void)textdomain(PACKAGE);
  if (letters != (locale_t)0)
    freelocale(letters);
}

const char *translated(const char *english) {
  return english[0] != 0 ? gettext(english) : english; /* the empty one names the catalogue's header */
}

const char *translated_count(const char *one, const char *many, unsigned long count) {
  return ngettext(one, many, count);
}

const char *translated_status(enum status status) {
  return translated(status_sentence(status));
}
