/* SPDX-License-Identifier: Apache-2.0
 * A server for one test: TLS 1.3 with a client certificate, a thread of its own, and an answer as the test wants it. */
#ifndef EPURSE_TESTS_TERMINAL_ANSWERER_H
#define EPURSE_TESTS_TERMINAL_ANSWERER_H

#include <pthread.h>

#include "place.h"

/* How it answers. The first is as it should be; each other one is wrong in one thing. */
enum answerer_way {
  ANSWER_GOOD,
  ANSWER_REFUSAL, /* a signed reply with status CARD_BLOCKED */
  ANSWER_OTHER_SEQ,
  ANSWER_OTHER_TYPE,
  ANSWER_OTHER_TID,
  ANSWER_OTHER_KEY, /* not signed by the server's key */
  ANSWER_NEXT_KEY,  /* signed by the newer one, place->server_pin here */
  ANSWER_OLD,       /* told a day ago */
  ANSWER_FUTURE,    /* ... in a day */
  ANSWER_PLAIN,     /* good, but text/plain */
  ANSWER_GARBAGE,   /* 200 and the right type around no JWS */
  ANSWER_LONG,      /* more than a message may have */
  ANSWER_NO_HTTP,
  ANSWER_REDIRECT,      /* to itself */
  ANSWER_PROBLEM,       /* problem+json NOT_PERMITTED */
  ANSWER_PROBLEM_OK,    /* problem+json that says OK */
  ANSWER_PROBLEM_CLAIM, /* problem+json with what only a signed reply may say: CARD_BLOCKED */
  ANSWER_PROBLEM_ODD,   /* problem+json with a code that is not known */
  ANSWER_BUSY,          /* 429 with Retry-After: 1, twice, then as it should be */
  ANSWER_BUSY_LONG,     /* 503 OVERLOADED with Retry-After: 3600, always */
  ANSWER_BUSY_SILENT,   /* 429 without Retry-After, always */
  ANSWER_LOST,    /* once as it should be; reads the next one and hangs up; what comes then it has had: REPLAYED */
  ANSWER_NOTHING, /* reads and hangs up */
  ANSWER_LATE,    /* reads and stays silent */
  ANSWER_SLOW     /* good, after more than a second; who hangs up is not waited for */
};

struct answerer {
  const struct place *place;
  enum answerer_way way;
  const struct key *tls;   /* its key and ... */
  const char *certificate; /* ... file of its certificate in the place's folder */
  int listening;
  char url[64];
  unsigned connections, requests; /* what came; read them after answerer_stop */
  pthread_t thread;
};

/* Listens on a free port of 127.0.0.1 and answers until it is stopped. */
void answerer_start(struct answerer *answerer, const struct place *place, enum answerer_way way);
void answerer_stop(struct answerer *answerer);

#endif
