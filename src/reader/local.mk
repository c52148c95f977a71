# SPDX-License-Identifier: Apache-2.0
# Floor 2: card readers by PC/SC, and their trace.
noinst_LIBRARIES += libreader.a
libreader_a_SOURCES = src/reader/reader.c src/reader/reader_call.c src/reader/reader_choose.c src/reader/reader_connect.c \
	src/reader/reader_context.c src/reader/reader_pcsc.c src/reader/reader_slots.c src/reader/reader_wait.c \
	src/reader/trace.c
LINK_READER = libreader.a $(LINK_PROTOCOL) $(PCSC_LIBS)
