# SPDX-License-Identifier: Apache-2.0
# The till with the real server as a process and the card application in process, behind a reader that it finds.
check_PROGRAMS += tests/till/check_till
TESTS += tests/till/check_till
tests_till_check_till_SOURCES = $(FLOW_WORLD) tests/run.c tests/till/day.c tests/till/reference.c tests/till/till.c tests/till/totals.c
tests_till_check_till_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=reader_open_pcsc
tests_till_check_till_LDADD = $(LINK_TILL) $(LINK_VCARD) $(CHECK_LIBS)
