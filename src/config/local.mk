# SPDX-License-Identifier: Apache-2.0
# Floor 2: configuration files.
noinst_LIBRARIES += libsettings.a
libsettings_a_SOURCES = src/config/clock.c src/config/settings.c
LINK_CONFIG = libsettings.a $(INIH_LIBS)
