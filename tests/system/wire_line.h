/* SPDX-License-Identifier: Apache-2.0
 * What goes over the line between terminal and server, and what can be done to it. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_LINE_H
#define EPURSE_TESTS_SYSTEM_WIRE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/message.h"

/* What went over the line in one operation: the requests as the terminal sent them, the replies as the server gave
 * them. */
#define LINE_TAPE_MAX 16
struct line_item {
  char path[64], type[64]; /* type: media type of the reply */
  char request[MESSAGE_MAX + 1], reply[MESSAGE_MAX + 1];
  size_t request_len, reply_len;
  int code; /* HTTP; 0: there was no reply */
};
struct line_tape {
  struct line_item items[LINE_TAPE_MAX];
  unsigned count;
};

enum line_kind {
  LINE_NOTHING,
  LINE_REQUEST_DROPPED,  /* the connection is cut, the server hears nothing */
  LINE_REPLY_DROPPED,    /* the server has acted; the connection is cut */
  LINE_REQUEST_REPEATED, /* sent twice; `unseen`: the second reply goes back */
  LINE_REQUEST_REPLACED, /* by one of a tape, to its own path, whose reply goes back */
  LINE_REQUEST_PRECEDED, /* by one of a tape, whose reply is kept */
  LINE_REQUEST_MISLED,   /* to the path of another message */
  LINE_REQUEST_ALTERED,  /* bits of one byte */
  LINE_REQUEST_CUT,      /* to so many bytes */
  LINE_REQUEST_DELAYED,  /* beyond the terminal's patience, then sent */
  LINE_REPLY_DELAYED,    /* sent at once, answered when the terminal has given up */
  LINE_REPLY_REPLACED,   /* by one of a tape */
  LINE_REPLY_SWAPPED,    /* with that of the request before it */
  LINE_REPLY_ALTERED,    /* bits of one byte */
  LINE_REPLY_CUT,        /* to so many bytes */
  LINE_REPLY_PROBLEM,    /* problem+json with the code of a status */
  LINE_REPLY_STATUS,     /* an HTTP status and no body of ours */
  LINE_KIND_COUNT
};
const char *line_kind_name(enum line_kind kind);

struct line_attack {
  enum line_kind kind;
  unsigned at;          /* the n-th request of the operation, from 0 */
  bool lasting;         /* and every one behind it */
  bool unseen;          /* REPLY_REPLACED, _PROBLEM, _STATUS: the server never gets the request */
  bool recorded;        /* from the tape of an earlier operation; else of this one */
  unsigned from;        /* which item of the tape */
  size_t offset;        /* of the byte; of _CUT: the new length */
  uint8_t bits;         /* what is turned over */
  enum status status;   /* REPLY_PROBLEM */
  int code;             /* REPLY_STATUS */
  enum message_type to; /* REQUEST_MISLED */
};
void line_attack_print(const struct line_attack *attack, char text[160]);

/* The bytes of a request, changed where the attack changes them; the length that is left. */
size_t line_request_change(const struct line_attack *attack, char *request, size_t len);
/* A reply put in the place of the server's. `other` is what the attack takes from a tape, or NULL. */
void line_reply_change(const struct line_attack *attack, const struct line_item *other, struct line_item *item);

#endif
