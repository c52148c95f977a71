# SPDX-License-Identifier: Apache-2.0
# Floor 2: the host side of SCP11a and SCP03, over a reader.
noinst_LIBRARIES += libsession.a
libsession_a_SOURCES = src/session/session.c src/session/session_blank.c src/session/session_command.c \
	src/session/session_open.c
LINK_SESSION = libsession.a $(LINK_READER)
