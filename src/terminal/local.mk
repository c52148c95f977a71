# SPDX-License-Identifier: Apache-2.0
# Floor 3: what a terminal does with a card and the server; its journal.
noinst_LIBRARIES += libterminal.a
libterminal_a_SOURCES = src/terminal/bring.c src/terminal/card_renewal.c src/terminal/certification.c src/terminal/closing.c \
	src/terminal/closing_json.c src/terminal/configuration.c src/terminal/contact.c src/terminal/count.c src/terminal/deny_list.c src/terminal/evidence.c src/terminal/fate.c \
	src/terminal/identity.c src/terminal/journal.c src/terminal/journal_bring.c src/terminal/journal_closing.c \
	src/terminal/journal_row.c src/terminal/journal_schema.c src/terminal/journal_store.c src/terminal/load.c src/terminal/no_pin.c \
	src/terminal/offline.c src/terminal/offline_bring.c src/terminal/order.c src/terminal/order_carry.c src/terminal/order_commit.c \
	src/terminal/order_finish.c src/terminal/outcome_json.c src/terminal/personalize.c src/terminal/pin_change.c \
	src/terminal/pin_encipher.c src/terminal/pin_report.c src/terminal/purchase.c src/terminal/read.c \
	src/terminal/receipt_again.c src/terminal/receipt_file.c src/terminal/recover.c src/terminal/reference.c \
	src/terminal/code_file.c src/terminal/payout.c src/terminal/payout_all.c src/terminal/payout_hand_out.c src/terminal/payout_kind.c src/terminal/payout_question.c src/terminal/refund.c src/terminal/renewal.c src/terminal/renewal_line.c \
	src/terminal/reversal.c src/terminal/sale.c src/terminal/supervisor.c src/terminal/terminal.c src/terminal/turn.c
LINK_TERMINAL = libterminal.a libsession.a libreader.a libtender.a libzvt.a libbackend.a libsettings.a $(LINK_MESSAGE) $(PCSC_LIBS) \
	$(CURL_LIBS) $(SQLITE_LIBS) $(INIH_LIBS) $(CRYPT_LIBS) -lpthread
