# SPDX-License-Identifier: Apache-2.0
# Floor 3: the ledger, on SQLite or PostgreSQL.
noinst_LIBRARIES += libledger.a
libledger_a_SOURCES = src/ledger/announced.c src/ledger/approval.c src/ledger/asked.c src/ledger/audit.c src/ledger/audit_record.c \
	src/ledger/authorise.c src/ledger/backup.c src/ledger/bring.c src/ledger/booking.c src/ledger/capture.c src/ledger/card.c \
	src/ledger/card_pin.c src/ledger/card_read.c src/ledger/chain.c src/ledger/clock.c src/ledger/confirm.c src/ledger/deny.c \
	src/ledger/deposit.c src/ledger/desk.c src/ledger/durable.c src/ledger/heir.c src/ledger/incarnation.c src/ledger/incident.c src/ledger/inquire.c \
	src/ledger/limit.c src/ledger/merchant.c src/ledger/neighbours.c src/ledger/offline.c src/ledger/payout.c src/ledger/pending.c src/ledger/pool.c \
	src/ledger/postgres.c src/ledger/postgres_connection.c src/ledger/postgres_gather.c src/ledger/postgres_guard.c src/ledger/postgres_pipe.c src/ledger/postgres_queue.c src/ledger/postgres_statement.c src/ledger/postgres_transaction.c src/ledger/postgres_value.c \
	src/ledger/posting.c src/ledger/query.c \
	src/ledger/reference.c src/ledger/refund.c src/ledger/renew.c src/ledger/replace.c src/ledger/restore.c \
	src/ledger/settle.c src/ledger/settlement.c src/ledger/sqlite.c src/ledger/sqlite_cache.c src/ledger/sqlite_copy.c src/ledger/sqlite_log.c src/ledger/sqlite_status.c src/ledger/store.c \
	src/ledger/terminal.c src/ledger/terminal_renewal.c src/ledger/totals.c src/ledger/transact.c src/ledger/watch.c
LINK_LEDGER = libledger.a $(LINK_KEYS) $(SQLITE_LIBS) $(POSTGRES_LIBS)
nodist_libledger_a_SOURCES = src/ledger/schema_sql.c
LEDGER_SCHEMA = src/ledger/schema/0001.sql src/ledger/schema/0002.sql src/ledger/schema/0003.sql src/ledger/schema/0004.sql src/ledger/schema/0005.sql src/ledger/schema/0006.sql src/ledger/schema/0007.sql src/ledger/schema/0008.sql src/ledger/schema/0009.sql \
	src/ledger/schema/postgres/0001.sql src/ledger/schema/postgres/0002.sql src/ledger/schema/postgres/0003.sql src/ledger/schema/postgres/0004.sql src/ledger/schema/postgres/0005.sql src/ledger/schema/postgres/0006.sql src/ledger/schema/postgres/0007.sql src/ledger/schema/postgres/0008.sql src/ledger/schema/postgres/0009.sql
EXTRA_DIST += $(LEDGER_SCHEMA) src/ledger/schema/embed.sh
CLEANFILES += src/ledger/schema_sql.c
src/ledger/schema_sql.c: $(LEDGER_SCHEMA) src/ledger/schema/embed.sh
	$(AM_V_GEN)$(MKDIR_P) src/ledger && \
	(cd "$(srcdir)" && $(SHELL) src/ledger/schema/embed.sh $(LEDGER_SCHEMA)) > $@.tmp && mv $@.tmp $@
