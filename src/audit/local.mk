# SPDX-License-Identifier: Apache-2.0
# Floor 4: the audit: ledger, journals, cards and receipts against each other.
noinst_LIBRARIES += libaudit.a
libaudit_a_SOURCES = src/audit/book.c src/audit/card_log.c src/audit/closings.c src/audit/entry.c src/audit/finding.c \
	src/audit/history.c src/audit/issuer.c src/audit/paths.c src/audit/receipts.c src/audit/report.c src/audit/run.c \
	src/audit/schema.c src/audit/snapshot.c src/audit/till.c
LINK_AUDIT = libaudit.a $(LINK_LEDGER) $(LINK_TERMINAL)
