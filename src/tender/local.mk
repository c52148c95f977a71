# SPDX-License-Identifier: Apache-2.0
# Floor 2: how a load is paid for: cash, the bank's terminal.
noinst_LIBRARIES += libtender.a
libtender_a_SOURCES = src/tender/line.c src/tender/tender.c src/tender/tender_cash.c src/tender/tender_hand.c \
	src/tender/tender_manual.c src/tender/tender_simulator.c src/tender/tender_text.c src/tender/tender_zvt.c \
	src/tender/zvt_hold.c src/tender/zvt_judge.c src/tender/zvt_line.c src/tender/zvt_orders.c src/tender/zvt_receipt.c src/tender/zvt_talk.c
LINK_TENDER = libtender.a libzvt.a $(LINK_KEYS) $(JANSSON_LIBS) -lpthread
