# SPDX-License-Identifier: Apache-2.0
# Floor 3: the card application; freestanding.
noinst_LIBRARIES += libcard.a
libcard_a_CFLAGS = $(AM_CFLAGS) $(FREESTANDING)
libcard_a_SOURCES = src/card/card.c src/card/channel.c src/card/issuer_key.c src/card/lifecycle.c src/card/log.c \
	src/card/memory.c src/card/offline.c src/card/perso.c src/card/pin.c src/card/promise.c src/card/purse.c \
	src/card/select.c
LINK_CARD = libcard.a $(LINK_PROTOCOL)
