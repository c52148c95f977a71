# SPDX-License-Identifier: Apache-2.0
# Floor 2: a factory-fresh card's issuer security domain, from outside; CAP files.
noinst_LIBRARIES += libglobalplatform.a
libglobalplatform_a_SOURCES = src/globalplatform/cap.c src/globalplatform/domain.c src/globalplatform/domain_channel.c \
	src/globalplatform/domain_content.c src/globalplatform/domain_keys.c src/globalplatform/prepare.c
libglobalplatform_a_CPPFLAGS = $(AM_CPPFLAGS) $(ZIP_CFLAGS)
LINK_GLOBALPLATFORM = libglobalplatform.a libsession.a $(LINK_READER) $(ZIP_LIBS)
