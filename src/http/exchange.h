/* SPDX-License-Identifier: Apache-2.0
 * From evhttp's request to an exchange and back; what HTTP itself refuses is refused here. */
#ifndef EPURSE_SERVER_EXCHANGE_H
#define EPURSE_SERVER_EXCHANGE_H

struct evhttp_request;

/* evhttp's general callback; `context` is the struct http_options. */
void exchange_begin(struct evhttp_request *raw, void *context);

#endif
