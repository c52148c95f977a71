# SPDX-License-Identifier: Apache-2.0
# Floor 3: HTTPS: TLS, connections, limits, worker threads.
noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = src/http/connection.c src/http/worker_pool.c src/http/exchange.c src/http/http.c src/http/log.c \
	src/http/metrics.c src/http/peer.c src/http/problem.c src/http/rate.c src/http/reply.c src/http/tls.c
LINK_HTTP = libhttp.a $(LINK_MESSAGE) $(EVENT_LIBS) $(SSL_LIBS)
