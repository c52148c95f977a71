/* SPDX-License-Identifier: Apache-2.0
 * Connections of the HTTPS server: how many, in which phase, and until when. evhttp knows timeouts of inactivity only,
 * which a client that sends a byte now and then never meets; the deadlines here are absolute. */
#ifndef EPURSE_SERVER_CONNECTION_H
#define EPURSE_SERVER_CONNECTION_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "peer.h"

struct exchange;
struct http_options;

/* So many times the bound of strangers may be open while those that were cut are cleared away. */
#define STRANGERS_ROOM 2

enum connection_phase {
  CONNECTION_HANDSHAKE,
  CONNECTION_IDLE,    /* between requests */
  CONNECTION_READING, /* a request's first byte is here, its last is not */
  CONNECTION_RUNNING, /* being served: the server's own time, no deadline */
  CONNECTION_WRITING  /* the reply is on its way */
};

/* Where a stranger calls from: an IPv6 network of 64 bits, which one caller has to itself, or an IPv4 address. All
 * zeros: not known yet. */
struct origin {
  uint8_t address[16];
};

struct connection {
  struct connections *all;
  struct connection *next, *previous;
  struct bufferevent *bufferevent; /* evhttp's; it owns the TLS object, whose end is the connection's end */
  struct event *timer;
  struct event *arrival; /* once, as soon as there is a socket */
  enum connection_phase phase;
  struct origin origin;      /* from on_arrival on */
  struct peer peer;          /* zeros until the handshake is done */
  bool rested;               /* IDLE for so long that it has no TLS buffers any more */
  bool tainted;              /* a NUL came in: nothing more is taken from it */
  bool cut;                  /* its socket is shut, evhttp has not met that yet: it holds no place any more */
  struct exchange *exchange; /* while RUNNING or WRITING */
};

/* All of one server's. */
struct connections {
  struct event_base *base;
  const struct http_options *options;
  struct evconnlistener *listener; /* NULL once the server stops */
  struct connection *first;
  size_t count;     /* all, also those that are cut and not cleared away yet */
  size_t strangers; /* of them, in CONNECTION_HANDSHAKE */
  int tls_index;    /* of OpenSSL's slot that calls back when a TLS object is freed; -1: none */
  bool draining;    /* accept nothing, close after each reply */
};

/* evhttp's maker of buffer events (its bevcb); `context` is the struct connections. NULL where memory is short: evhttp
 * then serves the socket in the clear, so whoever takes requests must insist on connection_of(). */
struct bufferevent *connection_accept(struct event_base *base, void *context);

/* The connection behind a buffer event; NULL where it is not one of ours or its handshake proved nobody. */
struct connection *connection_of(struct bufferevent *bufferevent);

/* Goes into a phase and starts its clock. */
void connection_enter(struct connection *connection, enum connection_phase phase);

/* Parts from the exchange that is being served, which lives on and takes the peer along. */
void connection_orphan(struct connection *connection);

/* The reply is out: idle, or reading where more is here already. */
void connection_replied(struct connection *connection);

/* Shuts the socket down: evhttp sees EOF and frees the connection. Safe at any time. */
void connection_cut(struct connection *connection);

/* Stops accepting, cuts what is idle. The loop ends when the last connection is gone. */
void connections_drain(struct connections *connections);

#endif
