/* SPDX-License-Identifier: Apache-2.0
 * A terminal comes for the first time with the keys that it asked for over its own line. */
#ifndef EPURSE_SERVER_TAKE_UP_H
#define EPURSE_SERVER_TAKE_UP_H

#include "epurse/status.h"

struct request;
struct service;

/* The peer has another key than request->terminal: where the issuer has answered a request of that terminal for it, it
 * is the terminal's from now on, and request->terminal is read anew. STATUS_NOT_AUTHENTICATED: it is nobody's;
 * STATUS_TERMINAL_REVOKED. */
enum status take_up(struct service *service, struct request *request) EPURSE_MUST_USE;

#endif
