# SPDX-License-Identifier: Apache-2.0
# How many payments the real server makes, and what the machine could do at most: `make bench`, docs/performance.md.
check_PROGRAMS += epurse-bench
epurse_bench_SOURCES = tests/bench/awake.c tests/bench/bare.c tests/bench/bare_postgres.c tests/bench/bare_sqlite.c tests/bench/configure.c \
	tests/bench/chart.c tests/bench/chart_till.c tests/bench/crew.c tests/bench/drive.c tests/bench/fill.c tests/bench/gauge.c \
	tests/bench/judge.c \
	tests/bench/latency.c tests/bench/limit.c \
	tests/bench/line.c tests/bench/main.c tests/bench/must.c tests/bench/parts.c tests/bench/parts_broken.c \
	tests/bench/plan.c tests/bench/prepare.c tests/bench/processors.c tests/bench/purse.c tests/bench/report.c \
	tests/bench/server.c tests/bench/store_limit.c tests/bench/svg.c tests/bench/till.c tests/bench/world.c tests/card/ram.c $(INSTALLATION)
epurse_bench_LDADD = $(LINK_SERVER) libcard.a $(LINK_TERMINAL) $(POSTGRES_LIBS) -lm

# The server has the last processor for itself where there are two or more. BENCH_OPTIONS adds to it, like
# --parts=peak,soak; its figures go to bench.json, the table to bench.txt too, charts to bench-*.svg.
BENCH_OPTIONS =
bench: epurse-bench$(EXEEXT) epursed$(EXEEXT) epurse-admin$(EXEEXT)
	last=$$(($$(nproc) - 1)); pin=; [ $$last -lt 1 ] || pin="--server-cpus=$$last --own-cpus=0-$$((last - 1))"; \
	./epurse-bench --json=bench.json --draw=. $$pin $(BENCH_OPTIONS) >bench.txt && cat bench.txt
# The same on PostgreSQL: a cluster of its own on this disk, on the server's processor like the server.
bench-postgresql: epurse-bench$(EXEEXT) epursed$(EXEEXT) epurse-admin$(EXEEXT)
	last=$$(($$(nproc) - 1)); pin=; [ $$last -lt 1 ] || pin="--server-cpus=$$last --own-cpus=0-$$((last - 1))"; \
	POSTGRES_PLACE=$${TMPDIR:-/tmp} POSTGRES_BUFFERS=512MB taskset -c $$last '$(srcdir)/tests/system/with-postgres' \
	  $(SHELL) -c './epurse-bench --store="$$LEDGER_TEST_STORE" --store-pid-file="$$POSTGRES_PID_FILE" "$$@"' - \
	  --json=bench-postgresql.json $$pin $(BENCH_OPTIONS) >bench-postgresql.txt && cat bench-postgresql.txt
# And with 1, 2 and 4 servers on it.
bench-servers: epurse-bench$(EXEEXT) epursed$(EXEEXT) epurse-admin$(EXEEXT)
	POSTGRES_PLACE=$${TMPDIR:-/tmp} POSTGRES_BUFFERS=512MB INTO=bench-servers.json '$(srcdir)/tests/system/with-postgres' \
	  '$(srcdir)/tests/bench/servers' --cards=10000 --active=1024 --seconds=5 $(BENCH_OPTIONS)
CLEANFILES += servers.json bench-servers.json
CLEANFILES += bench.json bench.txt bench-postgresql.json bench-postgresql.txt growth.json \
	bench-latency.svg bench-cards.svg bench-time.svg
EXTRA_DIST += tests/bench/growth tests/bench/servers

# How long a sale takes over slow lines: medians, into bench-till.json, .txt and .svg; docs/performance.md, A sale over slow lines.
EXTRA_DIST += tests/bench/till-line.py
CLEANFILES += bench-till.json bench-till.txt bench-till.svg
BENCH_SALES = 40
BENCH_LINKS = 1 20 80
bench-till: all epurse-bench$(EXEEXT)
	top_srcdir=$(top_srcdir) top_builddir=. BENCH_TILL=bench-till.json BENCH_SALES=$(BENCH_SALES) BENCH_LINKS='$(BENCH_LINKS)' \
	  '$(srcdir)/tests/system/till-line.test' >bench-till.txt; code=$$?; cat bench-till.txt; exit $$code
	./epurse-bench --from=bench-till.json --draw=.

# How fast cards are made, over virtual readers: docs/performance.md, Personalization.
EXTRA_DIST += tests/system/bench-perso
bench-perso: all
	top_srcdir=$(top_srcdir) top_builddir=. $(top_srcdir)/tests/system/bench-perso
