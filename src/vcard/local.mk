# SPDX-License-Identifier: Apache-2.0
# Floor 4: the card application as a process or a file; where card and host meet.
noinst_LIBRARIES += libvcard.a
libvcard_a_SOURCES = src/vcard/card_file.c src/vcard/chip.c src/vcard/chip_content.c src/vcard/chip_file.c src/vcard/chip_session.c \
	src/vcard/reader_direct.c src/vcard/tally.c src/vcard/vcard.c src/vcard/vpcd.c
LINK_VCARD = libvcard.a libglobalplatform.a libcard.a $(LINK_KEYS)
