/* SPDX-License-Identifier: Apache-2.0
 * What a person answers to a question of yes or no. */
#ifndef EPURSE_CMD_ANSWER_H
#define EPURSE_CMD_ANSWER_H

enum answer {
  ANSWER_YES,
  ANSWER_NO,
  ANSWER_NEITHER /* empty, another word, or a word that is yes in one language and no in the other: ask again */
};

/* The meaning of a line without its end: y, yes, n, no, and the words and letters of the locale (LC_MESSAGES), in any
 * case, with blanks around. A word that only begins like one is none. */
enum answer answer_read(const char *line);

#endif
