# SPDX-License-Identifier: Apache-2.0
# Floor 4: the terminal that lives on: one thread that has it, one sale at a time, its events and results.
noinst_LIBRARIES += libtill.a
libtill_a_SOURCES = src/till/day.c src/till/desk.c src/till/events.c src/till/paper.c src/till/recent.c src/till/request.c src/till/rest.c src/till/sale.c \
	src/till/terminals.c src/till/till.c src/till/words.c
LINK_TILL = libtill.a libprint.a $(QRENCODE_LIBS) $(FREETYPE_LIBS) $(LINK_TERMINAL) -lpthread
