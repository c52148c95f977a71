# SPDX-License-Identifier: Apache-2.0
# Floor 2: the messages between terminal and server, and their signatures.
noinst_LIBRARIES += libmessage.a
libmessage_a_SOURCES = src/message/approval_body.c src/message/base64url.c src/message/card_body.c src/message/deny_body.c \
	src/message/desk_body.c src/message/field_read.c src/message/field_write.c src/message/inquiry_body.c src/message/jose.c \
	src/message/jwe.c src/message/jws.c src/message/message.c src/message/message_alone.c src/message/offline_body.c \
	src/message/payout_field.c src/message/pin_envelope.c src/message/reference_body.c src/message/refund_body.c src/message/renewal_body.c \
	src/message/terminal_renewal_body.c \
	src/message/transaction_body.c
LINK_MESSAGE = libmessage.a $(JANSSON_LIBS) $(LINK_KEYS)
