# SPDX-License-Identifier: Apache-2.0
# Floor 2: the terminal's line to the server.
noinst_LIBRARIES += libbackend.a
libbackend_a_SOURCES = src/backend/backend.c src/backend/http_client.c
LINK_BACKEND = libbackend.a $(LINK_MESSAGE) $(CURL_LIBS)
