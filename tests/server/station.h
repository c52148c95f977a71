/* SPDX-License-Identifier: Apache-2.0
 * A terminal as the server meets it: a certified key, a name, and signed messages with growing numbers. */
#ifndef TESTS_SERVER_STATION_H
#define TESTS_SERVER_STATION_H

#include "epurse/key.h"
#include "epurse/message.h"
#include "http/peer.h"

struct service;
struct station;
struct answer;

/* Another way than a function call: sends a message, and reads the reply with station_read. */
typedef void station_carry(struct station *station, enum message_type type, const char *text, struct answer *answer);

struct station {
  char tid[TID_SIZE + 1];
  char folder[128]; /* its keys and certificate */
  struct key *sig, *ecka;
  struct peer peer; /* as the handshake proves it */
  struct message_verifier *server;
  int64_t seq;          /* of the last message */
  int64_t now;          /* its clock; 0: the service's */
  bool takes_alone;     /* an authorisation without a signed reply around it */
  station_carry *carry; /* NULL: the service is called */
  void *carry_context;
};

/* Reads the terminal that house_make made. */
void station_open(struct station *station, const char *house, const char *tid);
void station_close(struct station *station);

/* What came back; station_ask and answer_parse fill it, answer_clear releases it. */
struct answer {
  int http;
  enum status code; /* of the signed reply, or of the problem */
  json_t *body;     /* of a signed reply, or one that stands alone; NULL with a problem */
  bool alone;       /* no signature goes around it */
  char raw[MESSAGE_MAX + 1];
};
void answer_clear(struct answer *answer);

/* A message with the next number, signed; malloc'd. `body` is taken over. */
char *station_message(struct station *station, enum message_type type, json_t *body, int64_t now);

/* Checks a reply's form and signature: 200 is a message by the server that repeats number, name and type, or an
 * authorisation alone; anything else is a problem whose status is that of HTTP. */
void station_read(const struct station *station, enum message_type type, int http, const char *content_type,
                  const char *text, struct answer *answer);

/* Asks the service as a function. `body` is taken over. */
void station_ask(struct station *station, struct service *service, enum message_type type, json_t *body,
                 struct answer *answer);

/* Sends `text` as it stands. */
void station_send(struct station *station, struct service *service, enum message_type type, const char *text,
                  struct answer *answer);

/* Asks and drops the body. */
enum status station_tell(struct station *station, struct service *service, enum message_type type, json_t *body);

#endif
