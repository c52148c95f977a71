# SPDX-License-Identifier: Apache-2.0
# The applet torn at each of its writes, and its policy held against the C card's.
if HAVE_JAVA
check_DATA += tests/applet/bridge.stamp
endif

tests/applet/bridge.stamp: applet/src.stamp $(srcdir)/tests/applet/bridge/Bridge.java $(srcdir)/tests/applet/bridge/Image.java \
		$(srcdir)/tests/applet/bridge/Installation.java $(srcdir)/tests/applet/bridge/Rows.java
	@$(MKDIR_P) tests/applet/classes
	$(JAVA_COMPILE) -cp 'applet/runtime/classes:$(ASM_CLASSPATH)' -d tests/applet/classes $(srcdir)/tests/applet/bridge/*.java
	@touch $@

check_PROGRAMS += tests/applet/check_cost tests/applet/check_tear tests/applet/policy_rows
tests_applet_check_tear_SOURCES = tests/applet/card.c tests/applet/tear.c tests/card/bench.c tests/card/host.c \
	tests/card/issuer.c tests/run.c
tests_applet_check_tear_LDADD = $(LINK_PROTOCOL) $(CHECK_LIBS)
tests_applet_check_cost_SOURCES = tests/applet/card.c tests/applet/cost.c tests/card/bench.c tests/card/host.c \
	tests/card/issuer.c tests/run.c
tests_applet_check_cost_LDADD = $(LINK_PROTOCOL) $(CHECK_LIBS)
tests_applet_policy_rows_SOURCES = tests/applet/policy_rows.c
tests_applet_policy_rows_LDADD = $(LINK_CARD)

# A virtual chip that loads the applet, which then answers: the core of the card is not in it.
check_PROGRAMS += tests/applet/chip
tests_applet_chip_SOURCES = tests/applet/chip.c tests/applet/line.c
tests_applet_chip_LDADD = libvcard.a libglobalplatform.a $(LINK_KEYS) $(ZIP_LIBS)

TESTS += tests/applet/cap.test tests/applet/cost.test tests/applet/installation.test tests/applet/policy.test \
	tests/applet/prepare.test tests/applet/tear.test
dist_check_SCRIPTS += tests/applet/cap.test tests/applet/cost.test tests/applet/installation.test tests/applet/policy.test \
	tests/applet/prepare.test tests/applet/tear.test

CLEANFILES += tests/applet/bridge.stamp
EXTRA_DIST += applet/README.md tests/applet/cost.def
