# SPDX-License-Identifier: Apache-2.0
# The real programs with a real pcscd, PostgreSQL and TLS; attacks, tears, audits; the structure of the house.
system_tests = tests/system/advice.test tests/system/approval.test tests/system/audit.test tests/system/backup.test \
	tests/system/bad-input.test tests/system/batch.test tests/system/bench.test tests/system/cashier.test tests/system/card-scripts.test tests/system/card-tools.test \
	tests/system/catalogue.test tests/system/completion.test tests/system/conformance.test tests/system/contributing.test \
	tests/system/counter.test tests/system/deposit.test tests/system/doctor.test tests/system/door-house.test \
	tests/system/door.test tests/system/end-to-end.test tests/system/failover.test tests/system/freestanding.test \
	tests/system/headers.test tests/system/house.test \
	tests/system/install.test tests/system/json.test tests/system/key-roll-cards.test tests/system/key-roll-terminals.test \
	tests/system/key-roll.test tests/system/kill-rounds.test tests/system/lanes.test tests/system/languages.test tests/system/layers.test \
	tests/system/man.test tests/system/many-payments.test tests/system/measure.test tests/system/model.test \
	tests/system/no-pin.test tests/system/offline.test tests/system/page.test tests/system/payout.test \
	tests/system/pending.test tests/system/postgres.test tests/system/prepare.test tests/system/print.test \
	tests/system/reader.test tests/system/reference.test tests/system/refund.test tests/system/receipt-qr.test \
	tests/system/renew.test tests/system/renewal.test tests/system/report.test tests/system/restore.test \
	tests/system/secrets-process.test tests/system/secrets-time.test tests/system/secrets.test tests/system/seed-cases.test \
	tests/system/serial.test tests/system/server-openapi.test tests/system/server-start.test tests/system/settlement.test \
	tests/system/scale.test tests/system/tap.test tests/system/tender.test tests/system/till-day.test \
	tests/system/till-hand.test tests/system/till-line.test tests/system/tilld.test \
	tests/system/torture.test tests/system/totals.test tests/system/unheard.test tests/system/up-to.test tests/system/valgrind.test \
	tests/system/with-pcscd.test tests/system/zvt-tender.test tests/system/zvt.test
TESTS += $(system_tests)
dist_check_SCRIPTS += $(system_tests)

# What holds the house up, read from the libraries and headers themselves; tests/house prints its figures.
EXTRA_DIST += tests/house

# The card alone: scripts, foreign tools. card_in_state makes their cards.
check_PROGRAMS += tests/system/card_in_state
tests_system_card_in_state_SOURCES = $(CARD_BENCH) tests/system/card_in_state.c
tests_system_card_in_state_LDADD = $(LINK_VCARD) $(CHECK_LIBS)
dist_check_SCRIPTS += tests/system/with-pcscd
EXTRA_DIST += apdu-scripts/any/select-and-fci.apdu apdu-scripts/blocked/blocked-card.apdu apdu-scripts/expired/expired-card.apdu \
	apdu-scripts/personalised/card-certificate.apdu apdu-scripts/personalised/channel-refusals.apdu \
	apdu-scripts/personalised/life-cycle.apdu apdu-scripts/personalised/no-command-without-the-channel.apdu \
	apdu-scripts/personalised/pin-in-the-clear.apdu apdu-scripts/raw/lengths-and-classes.apdu \
	apdu-scripts/raw/life-cycle.apdu apdu-scripts/raw/nothing-before-select.apdu apdu-scripts/raw/scp03-refusals.apdu

dist_check_SCRIPTS += tests/system/with-postgres
# The models of the protocol's claims.
TESTS += tests/system/proverif.test
dist_check_SCRIPTS += tests/system/proverif.test
EXTRA_DIST += formal/proverif/keys.pv formal/proverif/load.pv formal/proverif/pin.pv formal/proverif/purchase.pv \
	tests/system/cap-file.py tests/system/prover.py tests/system/proverif.py formal/proverif/offline.pv \
	formal/proverif/order.pv formal/proverif/payout.pv formal/proverif/refund.pv formal/proverif/remembered.pv
EXTRA_DIST += formal/README.md formal/steps formal/commit.pml formal/payout.pml formal/offline.pml tests/system/pain.001.001.09-part.xsd tests/system/stranger-card.py tests/system/balance.py \
	tests/system/json-check.py tests/system/at-terminal.py tests/system/world.sh

# Under `epurse-admin init` in the worlds of the tests. Sanitizers want to be loaded first: their worlds do without.
if !INSTRUMENTED
check_PROGRAMS += tests/world/quick_keys.so
tests_world_quick_keys_so_SOURCES = tests/world/quick_keys.c
tests_world_quick_keys_so_CFLAGS = -std=c11 $(WARN_CFLAGS) -Wno-pedantic -fPIC
tests_world_quick_keys_so_LDFLAGS = -shared
tests_world_quick_keys_so_LDADD = -ldl
endif

# The terminal's sessions with the card application, in process.
check_PROGRAMS += tests/system/check_session
TESTS += tests/system/check_session
tests_system_check_session_SOURCES = tests/card/issuer.c tests/run.c tests/system/session_card.c tests/system/session_world.c \
	tests/world/folder.c
tests_system_check_session_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(CHECK_LIBS)

# The reader layer under a real pcscd; reader.test runs it inside with-pcscd.
check_PROGRAMS += tests/system/check_reader
tests_system_check_reader_SOURCES = tests/run.c tests/system/reader_pcscd.c
tests_system_check_reader_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(CHECK_LIBS)

# The terminal's flows with the real server as a process and the card application in process.
check_PROGRAMS += tests/system/check_flow
TESTS += tests/system/check_flow
tests_system_check_flow_SOURCES = $(FLOW_WORLD) tests/run.c tests/system/flow.c tests/system/flow_alone.c \
	tests/system/flow_bank.c tests/system/flow_desk.c tests/system/flow_offline.c tests/system/flow_payout.c \
	tests/system/flow_pin.c tests/system/flow_plain.c tests/system/flow_refund.c tests/system/flow_tear.c
tests_system_check_flow_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=http_client_post
tests_system_check_flow_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(CHECK_LIBS)
# A disk that loses what was not synced, under server, terminals and card: some events of it in make check, all with make
# lossy-disk. The disk is a library for LD_PRELOAD; sanitizers have one of their own there.
if !INSTRUMENTED
check_PROGRAMS += tests/system/lossy_disk.so
tests_system_lossy_disk_so_SOURCES = tests/system/lossy_disk.c
tests_system_lossy_disk_so_CFLAGS = -std=c11 $(WARN_CFLAGS) -Wno-pedantic -fPIC -U_FORTIFY_SOURCE
tests_system_lossy_disk_so_LDFLAGS = -shared
tests_system_lossy_disk_so_LDADD = -ldl -lpthread
check_PROGRAMS += tests/system/check_lossy
TESTS += tests/system/check_lossy
tests_system_check_lossy_SOURCES = $(FLOW_WORLD) tests/run.c tests/system/lossy.c tests/system/lossy_victim.c
tests_system_check_lossy_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(CHECK_LIBS)
lossy-disk: all tests/system/lossy_disk.so tests/system/check_lossy
	top_builddir='$(abs_top_builddir)' LOSSY_FULL=1 tests/system/check_lossy
LOSSY_DISK = lossy-disk
endif

# The audit: a world that was lived in, then one change each that a corrupt party could make, and exactly what is found.
check_PROGRAMS += tests/system/check_audit
TESTS += tests/system/check_audit
tests_system_check_audit_SOURCES = $(FLOW_WORLD) tests/run.c tests/system/audit.c tests/system/audit_tamper.c \
	tests/system/audit_world.c
tests_system_check_audit_LDADD = libcmd.a $(QRENCODE_LIBS) $(LINK_AUDIT) $(LINK_VCARD) $(CHECK_LIBS)

# Every message of every operation, attacked between terminal and card; in between the real server.
check_PROGRAMS += tests/system/check_wire
TESTS += tests/system/check_wire
tests_system_check_wire_SOURCES = $(WIRE_STAGE) $(FLOW_WORLD) tests/run.c tests/system/wire.c tests/system/wire_card.c \
	tests/system/wire_judge.c tests/system/wire_money.c tests/system/wire_other.c tests/system/wire_offline.c \
	tests/system/wire_payout.c tests/system/wire_pin.c tests/system/wire_plan.c tests/system/wire_server.c \
	tests/system/wire_server_plan.c tests/system/wire_opened.c tests/system/wire_thief.c
tests_system_check_wire_LDFLAGS = $(AM_LDFLAGS) $(opened_card)
opened_card = -Wl,--wrap=securemsg_unwrap -Wl,--wrap=securemsg_wrap_response
tests_system_check_wire_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(SSL_LIBS) $(CHECK_LIBS) -lpthread

# Corrupt parties: opened cards, stolen terminal keys, copies, the issuer's own people.
check_PROGRAMS += tests/system/check_attack
TESTS += tests/system/check_attack
tests_system_check_attack_SOURCES = $(WIRE_STAGE) $(FLOW_WORLD) tests/run.c tests/system/attack.c tests/system/attack_card.c \
	tests/system/attack_channel.c tests/system/attack_copy.c tests/system/attack_defect.c tests/system/attack_issuer.c \
	tests/system/attack_party.c tests/system/attack_pin.c tests/system/attack_terminal.c
tests_system_check_attack_LDADD = $(LINK_TERMINAL) $(LINK_LEDGER) $(LINK_VCARD) $(SSL_LIBS) $(CHECK_LIBS)

# Secrets: where they must not be, in files, in memory, in a process that others look at.
check_PROGRAMS += tests/system/secrets_of_card
tests_system_secrets_of_card_SOURCES = tests/system/secrets_of_card.c
tests_system_secrets_of_card_LDADD = $(LINK_VCARD) $(LINK_KEYS)
EXTRA_DIST += tests/system/secrets-probe.py tests/system/secrets-scan.py

check_PROGRAMS += tests/system/secrets_time
tests_system_secrets_time_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=crypto_equal
tests_system_secrets_time_SOURCES = $(CARD_BENCH) tests/system/secrets_time.c
tests_system_secrets_time_LDADD = $(LINK_CARD) $(CHECK_LIBS)

check_PROGRAMS += tests/system/check_secrets
TESTS += tests/system/check_secrets
tests_system_check_secrets_SOURCES = $(FLOW_WORLD) tests/card/issuer.c tests/run.c tests/system/secrets_frames.c \
	tests/system/secrets_main.c tests/system/secrets_memory.c tests/system/secrets_session.c tests/system/secrets_terminal.c \
	tests/system/session_world.c
tests_system_check_secrets_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(CHECK_LIBS)

# The server at its door.
EXTRA_DIST += tests/system/till-openapi-check.py contrib/epursed.service contrib/epurse-tilld.service \
	contrib/epurse-tilld-user.service tests/system/door-house.py tests/system/door.py tests/system/door_client.py \
	tests/system/zvt-day.py tests/system/zvt-register.py tests/system/print-paper.py tests/system/renewal-forged.py tests/system/page-browser.py \
	tests/system/door_who.py tests/system/unheard.py tests/system/zvt-terminal.py
check_PROGRAMS += tests/system/check_door
TESTS += tests/system/check_door
tests_system_check_door_SOURCES = $(FLOW_WORLD) tests/run.c tests/system/door_objects.c
tests_system_check_door_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(CHECK_LIBS)
# The rules by which the ledger grows beyond one machine; the conformance page and the threat model against the logs: tests/conformance
# itself, on made-up ones.
EXTRA_DIST += tests/system/scale-rules.py tests/conformance
# The tear and crash engine: every single fault of every operation, and random ones. Wrapped at link time are the
# terminal's journal, its lines to server and bank, the server's commits, the card's file and its memory.
check_PROGRAMS += tests/system/torture
tests_system_torture_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=journal_begin -Wl,--wrap=journal_update -Wl,--wrap=journal_next_seq \
	-Wl,--wrap=journal_reported -Wl,--wrap=http_client_post -Wl,--wrap=line_exchange -Wl,--wrap=sqlite3_exec \
	-Wl,--wrap=pwrite -Wl,--wrap=card_power_on -Wl,--wrap=rename -Wl,--wrap=time -Wl,--wrap=clock_gettime -Wl,--wrap=nanosleep \
	-Wl,--wrap=key_load -Wl,--wrap=key_free -Wl,--wrap=public_key_load -Wl,--wrap=peer_connect -Wl,--wrap=peer_write -Wl,--wrap=zvt_hold_begin -Wl,--wrap=zvt_hold_end
torture_sources = tests/bank/tender_book.c tests/system/torture.c tests/system/torture_bank.c tests/system/torture_fault.c \
	tests/system/torture_judge.c tests/system/torture_judge_journal.c tests/system/torture_judge_payout.c \
	tests/system/torture_judge_refund.c tests/system/torture_keys.c tests/system/torture_operation.c tests/system/torture_random.c \
	tests/system/torture_reader.c tests/system/torture_sequence.c tests/system/torture_server.c tests/system/torture_single.c \
	tests/system/torture_thief.c tests/system/torture_till.c tests/system/torture_trace.c tests/system/torture_way.c \
	tests/system/torture_world.c tests/system/torture_zvt.c $(INSTALLATION)
tests_system_torture_SOURCES = $(torture_sources) tests/system/torture_negative.c
tests_system_torture_LDADD = $(LINK_SERVER) libvcard.a libglobalplatform.a libcard.a $(LINK_TERMINAL)

# All of it: `make check` runs a share. TORTURE_ROUNDS, TORTURE_SEED, KILL_ROUNDS, KILL_SEED choose.
torture: $(LOSSY_DISK) tests/system/torture epurse-admin epurse-card epurse-perso epurse-pos epurse-reload \
	epurse-tender epurse-verify epursed
	$(AM_TESTS_ENVIRONMENT) TORTURE_WHOLE=1 TORTURE_ROUNDS="$${TORTURE_ROUNDS:-3000}" $(srcdir)/tests/system/torture.test
	$(AM_TESTS_ENVIRONMENT) KILL_ROUNDS="$${KILL_ROUNDS:-150}" $(srcdir)/tests/system/kill-rounds.test
