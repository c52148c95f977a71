# SPDX-License-Identifier: Apache-2.0
# The applet, and the runtime that its tests run it in: only where there is a Java compiler and ASM (configure says).
# What is compiled: applet/runtime/classes, applet/src/classes; for tests the probe and the runtime's own tests.
java_of_runtime = $(wildcard $(srcdir)/applet/runtime/*/*.java $(srcdir)/applet/runtime/*/*/*.java)
java_of_applet = $(wildcard $(srcdir)/applet/src/*/*.java)
JAVA_COMPILE = $(AM_V_GEN)$(JAVAC) --release 8 -Xlint:-options -proc:none

if HAVE_JAVA
check_DATA = applet/runtime.stamp tests/applet/probe.stamp tests/applet/runtime.stamp applet/src.stamp
endif

applet/runtime.stamp: $(java_of_runtime)
	@rm -rf applet/runtime/classes && $(MKDIR_P) applet/runtime/classes
	$(JAVA_COMPILE) -cp '$(ASM_CLASSPATH)' -d applet/runtime/classes $(java_of_runtime)
	@touch $@

# -g: the class-file check wants to see the types of locals.
applet/src.stamp: applet/runtime.stamp $(java_of_applet)
	@rm -rf applet/src/classes && $(MKDIR_P) applet/src/classes
	$(if $(java_of_applet),$(JAVA_COMPILE) -g -cp applet/runtime/classes -d applet/src/classes $(java_of_applet))
	@touch $@

tests/applet/probe.stamp: applet/runtime.stamp $(srcdir)/tests/applet/probe/Probe.java
	@$(MKDIR_P) tests/applet/probe/classes
	$(JAVA_COMPILE) -g -cp applet/runtime/classes -d tests/applet/probe/classes $(srcdir)/tests/applet/probe/Probe.java
	@touch $@

tests/applet/runtime.stamp: applet/runtime.stamp $(wildcard $(srcdir)/tests/applet/*.java)
	@$(MKDIR_P) tests/applet/classes
	$(JAVA_COMPILE) -cp 'applet/runtime/classes:$(ASM_CLASSPATH)' -d tests/applet/classes $(srcdir)/tests/applet/*.java
	@touch $@

TESTS += tests/applet/runtime.test
dist_check_SCRIPTS += tests/applet/runtime.test
EXTRA_DIST += tests/applet/refused.txt

# Both cards at once, each command to the core and to the applet: the core's suites, then commands at random; some thousands
# in make check, 200,000 with make differential.
check_PROGRAMS += tests/applet/check_differential
tests_applet_check_differential_SOURCES = $(CARD_BENCH) tests/run.c tests/applet/both.c tests/applet/differential.c \
	tests/applet/line.c tests/applet/seeded.c tests/applet/wild.c tests/card/card.c tests/card/channel.c tests/card/known.c \
	tests/card/lifecycle.c tests/card/log.c tests/card/no_pin.c tests/card/offline.c tests/card/payout.c tests/card/perso.c \
	tests/card/pin.c tests/card/promise.c tests/card/purse.c tests/card/refund.c tests/card/roll.c tests/card/select.c
both_cards = -Wl,--wrap=card_manufacture -Wl,--wrap=card_power_on -Wl,--wrap=card_process -Wl,--wrap=crypto_random \
	-Wl,--wrap=crypto_p256_generate -Wl,--wrap=crypto_p256_sign -Wl,--wrap=run_suites
tests_applet_check_differential_LDFLAGS = $(AM_LDFLAGS) $(both_cards)
tests_applet_check_differential_LDADD = $(LINK_CARD) $(CHECK_LIBS)
# The terminal's sessions, the flows, the attacks and the wire, with both cards behind the virtual one: the first in make
# check, all with make differential.
both_sources = tests/applet/both.c tests/applet/line.c tests/applet/seeded.c
check_PROGRAMS += tests/applet/check_both_attack tests/applet/check_both_flow tests/applet/check_both_session \
	tests/applet/check_both_wire
tests_applet_check_both_attack_SOURCES = $(both_sources) $(tests_system_check_attack_SOURCES)
tests_applet_check_both_attack_LDFLAGS = $(AM_LDFLAGS) $(both_cards)
tests_applet_check_both_attack_LDADD = $(tests_system_check_attack_LDADD)
tests_applet_check_both_session_SOURCES = $(both_sources) $(tests_system_check_session_SOURCES)
tests_applet_check_both_session_LDFLAGS = $(AM_LDFLAGS) $(both_cards)
tests_applet_check_both_session_LDADD = $(tests_system_check_session_LDADD)
tests_applet_check_both_flow_SOURCES = $(both_sources) $(tests_system_check_flow_SOURCES)
tests_applet_check_both_flow_LDFLAGS = $(AM_LDFLAGS) $(both_cards) -Wl,--wrap=http_client_post
tests_applet_check_both_flow_LDADD = $(tests_system_check_flow_LDADD)
tests_applet_check_both_wire_SOURCES = $(both_sources) $(tests_system_check_wire_SOURCES)
tests_applet_check_both_wire_LDFLAGS = $(AM_LDFLAGS) $(both_cards) $(opened_card)
tests_applet_check_both_wire_LDADD = $(tests_system_check_wire_LDADD)
# The flows with the applet alone, torn at its own writes; sessions too.
applet_alone = -Wl,--wrap=card_manufacture -Wl,--wrap=card_power_on -Wl,--wrap=card_process -Wl,--wrap=vcard_fail_at \
	-Wl,--wrap=vcard_memory -Wl,--wrap=run_suites
alone_sources = tests/applet/alone.c tests/applet/line.c
check_PROGRAMS += tests/applet/check_alone_flow tests/applet/check_alone_session
tests_applet_check_alone_flow_SOURCES = $(alone_sources) $(tests_system_check_flow_SOURCES)
tests_applet_check_alone_flow_LDFLAGS = $(AM_LDFLAGS) $(applet_alone) -Wl,--wrap=http_client_post
tests_applet_check_alone_flow_LDADD = $(tests_system_check_flow_LDADD)
tests_applet_check_alone_session_SOURCES = $(alone_sources) $(tests_system_check_session_SOURCES)
tests_applet_check_alone_session_LDFLAGS = $(AM_LDFLAGS) $(applet_alone)
tests_applet_check_alone_session_LDADD = $(tests_system_check_session_LDADD)
# A card that has lived, twice; the applet's in a file of its own.
check_PROGRAMS += tests/applet/both_in_state
tests_applet_both_in_state_SOURCES = $(both_sources) tests/applet/in_state.c tests/run.c $(tests_system_card_in_state_SOURCES)
tests_applet_both_in_state_LDFLAGS = $(AM_LDFLAGS) $(both_cards) -Wl,--wrap=card_file_create
tests_applet_both_in_state_LDADD = $(tests_system_card_in_state_LDADD)
# What can run on a card in a reader: CARD=pcsc:READER (docs/physical-cards.md).
physical = -Wl,--wrap=card_manufacture -Wl,--wrap=card_power_on -Wl,--wrap=card_process -Wl,--wrap=run_suites \
	-Wl,--wrap=vcard_memory
physical_sources = tests/applet/physical.c tests/applet/physical_memory.c
check_PROGRAMS += tests/applet/check_physical_card tests/applet/check_physical_session tests/applet/physical_in_state
tests_applet_check_physical_card_SOURCES = $(CARD_BENCH) tests/run.c $(physical_sources) tests/applet/physical_card.c \
	tests/card/channel.c tests/card/lifecycle.c tests/card/log.c tests/card/no_pin.c tests/card/offline.c tests/card/payout.c \
	tests/card/perso.c tests/card/pin.c tests/card/promise.c tests/card/purse.c tests/card/refund.c tests/card/roll.c \
	tests/card/select.c
tests_applet_check_physical_card_LDFLAGS = $(AM_LDFLAGS) $(physical)
tests_applet_check_physical_card_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(CHECK_LIBS)
tests_applet_check_physical_session_SOURCES = $(physical_sources) $(tests_system_check_session_SOURCES)
tests_applet_check_physical_session_LDFLAGS = $(AM_LDFLAGS) $(physical)
tests_applet_check_physical_session_LDADD = $(tests_system_check_session_LDADD)
check_PROGRAMS += tests/applet/check_physical_flow
tests_applet_check_physical_flow_SOURCES = $(FLOW_WORLD) tests/run.c tests/applet/physical.c tests/applet/physical_flow.c \
	tests/applet/physical_host.c \
	tests/system/flow_alone.c tests/system/flow_bank.c tests/system/flow_desk.c tests/system/flow_offline.c \
	tests/system/flow_payout.c tests/system/flow_pin.c tests/system/flow_plain.c tests/system/flow_refund.c
tests_applet_check_physical_flow_LDFLAGS = $(AM_LDFLAGS) $(physical) -Wl,--wrap=_tcase_add_test -Wl,--wrap=http_client_post \
	-Wl,--wrap=vcard_fail_at
tests_applet_check_physical_flow_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(CHECK_LIBS)
check_PROGRAMS += tests/applet/check_physical_attack
tests_applet_check_physical_attack_SOURCES = $(tests_system_check_attack_SOURCES) tests/applet/physical.c \
	tests/applet/physical_attack.c tests/applet/physical_host.c
tests_applet_check_physical_attack_LDFLAGS = $(AM_LDFLAGS) $(physical) -Wl,--wrap=_tcase_add_test -Wl,--wrap=vcard_fail_at
tests_applet_check_physical_attack_LDADD = $(tests_system_check_attack_LDADD)
check_PROGRAMS += tests/applet/check_physical_wire
tests_applet_check_physical_wire_SOURCES = $(WIRE_STAGE) $(FLOW_WORLD) tests/run.c tests/applet/physical.c \
	tests/applet/physical_told.c tests/applet/physical_wire.c tests/system/wire_card.c tests/system/wire_judge.c \
	tests/system/wire_money.c tests/system/wire_offline.c tests/system/wire_other.c tests/system/wire_payout.c \
	tests/system/wire_plan.c tests/system/wire_server.c tests/system/wire_server_plan.c
tests_applet_check_physical_wire_LDFLAGS = $(AM_LDFLAGS) $(physical)
tests_applet_check_physical_wire_LDADD = $(tests_system_check_wire_LDADD)
tests_applet_physical_in_state_SOURCES = $(physical_sources) tests/run.c $(tests_system_card_in_state_SOURCES)
tests_applet_physical_in_state_LDFLAGS = $(AM_LDFLAGS) $(physical)
tests_applet_physical_in_state_LDADD = $(LINK_TERMINAL) $(LINK_VCARD) $(CHECK_LIBS)
# The torture engine with the applet as the card: its writes are the applet's.
check_PROGRAMS += tests/applet/torture
tests_applet_torture_SOURCES = $(torture_sources) tests/applet/line.c tests/applet/torture_card.c
tests_applet_torture_LDFLAGS = $(tests_system_torture_LDFLAGS) -Wl,--wrap=card_manufacture -Wl,--wrap=card_process \
	-Wl,--wrap=vcard_fail_at -Wl,--wrap=vcard_open -Wl,--wrap=vcard_tally
tests_applet_torture_LDADD = $(tests_system_torture_LDADD)
TESTS += tests/applet/class-file.test tests/applet/differential.test tests/applet/pcscd.test tests/applet/scripts.test \
	tests/applet/physical.test tests/applet/session.test tests/applet/torture.test
dist_check_SCRIPTS += tests/applet/class-file.test tests/applet/differential.test tests/applet/pcscd.test \
	tests/applet/physical.test tests/applet/scripts.test tests/applet/session.test tests/applet/torture.test
EXTRA_DIST += tests/applet/physical-left-out.txt tests/applet/with-runtime tests/system/world-applet.sh
differential: all $(check_DATA) tests/applet/check_alone_flow tests/applet/check_alone_session \
	tests/applet/check_both_attack tests/applet/check_both_flow tests/applet/check_both_wire \
	tests/applet/check_differential tests/applet/check_physical_attack tests/applet/check_physical_card tests/applet/check_physical_flow \
	tests/applet/check_physical_session tests/applet/check_physical_wire \
	tests/applet/physical_in_state tests/applet/torture
	$(AM_TESTS_ENVIRONMENT) DIFFERENTIAL_COMMANDS=200000 $(srcdir)/tests/applet/differential.test
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/applet/session.test check_alone_flow
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/applet/session.test check_both_flow
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/applet/session.test check_both_attack
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/applet/session.test check_both_wire
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/applet/pcscd.test t0=1 cmac=1 transient-ec=1 buffer=133
	$(AM_TESTS_ENVIRONMENT) PHYSICAL_WHOLE=1 $(srcdir)/tests/applet/physical.test
	$(AM_TESTS_ENVIRONMENT) CARD=applet $(srcdir)/tests/system/key-roll.test
	$(AM_TESTS_ENVIRONMENT) CARD=applet $(srcdir)/tests/system/many-payments.test
	$(AM_TESTS_ENVIRONMENT) APPLET_TORTURE_STRIDE=1 APPLET_TORTURE_ROUNDS=600 $(srcdir)/tests/applet/torture.test

clean-local:
	rm -rf applet/runtime/classes applet/src/classes tests/applet/classes tests/applet/probe/classes
	rm -f applet/runtime.stamp applet/src.stamp tests/applet/probe.stamp tests/applet/runtime.stamp
