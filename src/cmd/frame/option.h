/* SPDX-License-Identifier: Apache-2.0
 * Command lines as tables: one row per option fills a program's struct, prints --help and is what the man page is held
 * to. */
#ifndef EPURSE_CMD_OPTION_H
#define EPURSE_CMD_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"
#include "language.h"

enum option_kind {
  OPTION_FLAG,            /* bool, set to true */
  OPTION_TEXT,            /* const char *, borrowed from argv or the environment */
  OPTION_ANY_TEXT,        /* the same, whatever its bytes are; every other text is UTF-8 */
  OPTION_OPTIONAL_TEXT,   /* const char *: "" where the option stands without its argument; NULL where it does not stand
                           */
  OPTION_NUMBER,          /* int64_t, min..max */
  OPTION_OPTIONAL_NUMBER, /* int64_t: -1 where it stands without its argument */
  OPTION_FD_IN,           /* int64_t, min..max: a descriptor that is open for reading */
  OPTION_FD_OUT,          /* the same for writing */
  OPTION_TEXTS            /* struct option_texts: may stand several times */
};

#define OPTION_TEXTS_MAX 256
struct option_texts {
  const char *texts[OPTION_TEXTS_MAX]; /* borrowed, in the order in which they stand */
  size_t count;
};

struct option_row {
  const char *name;        /* "reader" */
  char letter;             /* 'r', or 0 */
  const char *argument;    /* "SPEC" for people; NULL for a flag */
  const char *environment; /* variable read when the option does not stand; or NULL */
  enum option_kind kind;
  size_t offset;        /* of the field in the program's struct */
  int64_t min, max;     /* of a number */
  const char *sentence; /* for --help */
};

/* A verb of a program. */
struct verb {
  const char *name;      /* "pay" */
  const char *arguments; /* "AMOUNT", or "" */
  int count;             /* how many arguments it takes; negative: none, or up to so many */
  const char *sentence;
  enum status (*run)(void *context, char **arguments);
};

struct program {
  const char *name;                 /* "epurse-pos" */
  const char *sentence;             /* what it is for */
  const struct option_row *rows[4]; /* groups of rows, each ended by a row without a name; NULL where unused */
  const struct verb *verbs;         /* ended by one without a name; NULL: the program has no verbs */
  const char *operands;             /* where it has no verbs: "FILE..." */
  int operands_min;
};

/* Reads argv into *options. --help and --version print and exit(0); they are every program's. What is wrong is said in
 * one sentence on stderr, and where --json stands anywhere on the line (a program has it by a row of that name) in an
 * object on stdout too. STATUS_USAGE. Every text is UTF-8. Descriptors are looked at here, so read the command line
 * before any file is opened: one that is not open could become that file. With verbs: *verb is the one that was named
 * and *operands its arguments, as many as it takes; otherwise *operands is what is left, ended by NULL. */
enum status option_parse(const struct program *program, int argc, char **argv, void *options, const struct verb **verb,
                         char ***operands) EPURSE_MUST_USE;

#endif
