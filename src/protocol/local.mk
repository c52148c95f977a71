# SPDX-License-Identifier: Apache-2.0
# Floor 1: bytes on the wire; freestanding.
noinst_LIBRARIES += libprotocol.a
libprotocol_a_CFLAGS = $(AM_CFLAGS) $(FREESTANDING)
libprotocol_a_SOURCES = src/protocol/amount.c src/protocol/apdu.c src/protocol/bytes.c src/protocol/certificate.c \
	src/protocol/cid.c src/protocol/command.c src/protocol/currency.c src/protocol/iban.c src/protocol/moment.c \
	src/protocol/pin_block.c src/protocol/receipt.c src/protocol/receipt_text.c src/protocol/receipt_verify.c \
	src/protocol/record.c src/protocol/reference.c src/protocol/scp03.c src/protocol/scp11.c src/protocol/securemsg.c \
	src/protocol/status.c src/protocol/tlv.c src/protocol/transaction.c src/protocol/utf8.c
LINK_PROTOCOL = libprotocol.a $(LINK_CRYPTO)
