/* SPDX-License-Identifier: Apache-2.0
 * Where clients come in, and from where. */
#ifndef EPURSE_REGISTER_LISTENER_H
#define EPURSE_REGISTER_LISTENER_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "epurse/status.h"

struct evhttp_request;

#define ADDRESS_TEXT_MAX 46 /* with NUL, IPv4 or IPv6 */

/* A listening Unix socket that only its owner may use; or -1. */
int listen_local(const char *path);
/* A listening TCP socket at HOST:PORT; or -1. */
int listen_remote(const char *place, uint16_t *port);
/* Whether only this machine reaches that listener. */
bool listens_loopback(int fd);
/* An address in the one form that addresses are compared in, without port; false: none is known. */
bool address_of_peer(int fd, char address[ADDRESS_TEXT_MAX]);
/* The same, of what an operator wrote. False: it is no address. */
bool address_read(const char *text, char address[ADDRESS_TEXT_MAX]);
/* A request that somebody kept, whose client has gone (evhttp_connection_set_closecb): freed, where evhttp leaves that
 * to him, as it does with one whose answer is being written (libevent 2.1, evhttp_connection_incoming_fail). */
void request_gone(struct evhttp_request *raw);
/* TLS 1.3 with that chain and key. */
enum status tls_server_open(const char *certificate, const char *key, SSL_CTX **tls) EPURSE_MUST_USE;

#endif
