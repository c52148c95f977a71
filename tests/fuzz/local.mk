# SPDX-License-Identifier: Apache-2.0
# A target for each thing that reads bytes. check_fuzz takes every one of them through its seeds and what is near them;
# with --enable-fuzz (clang) each is a libFuzzer program too, and `make fuzz FUZZ_SECONDS=n` runs them.
check_LIBRARIES += libfuzz.a
libfuzz_a_SOURCES = src/cmd/apdu/apdu_script.c tests/bank/tender_book.c tests/card/ram.c tests/fuzz/apdu.c \
	tests/fuzz/apdu_script.c tests/fuzz/card_audit.c tests/fuzz/back_end.c tests/fuzz/cap.c tests/fuzz/card_channel.c \
	tests/fuzz/domain.c tests/fuzz/card_channel_seeds.c tests/fuzz/card_clear.c tests/fuzz/card_file.c \
	tests/fuzz/certificate.c tests/fuzz/channel_scene.c tests/fuzz/endpoint_seeds.c tests/fuzz/endpoints.c tests/fuzz/jws.c \
	tests/fuzz/layout.c tests/fuzz/letter.c tests/fuzz/letter_body.c tests/fuzz/letter_each.c tests/fuzz/message.c \
	tests/fuzz/pin.c tests/fuzz/powered.c tests/fuzz/receipt.c tests/fuzz/record.c tests/fuzz/scp11.c tests/fuzz/scratch.c \
	tests/fuzz/securemsg_card.c tests/fuzz/securemsg_host.c tests/fuzz/session.c tests/fuzz/settings.c tests/fuzz/target.c \
	tests/fuzz/tender.c tests/fuzz/text.c tests/fuzz/tlv.c tests/fuzz/vpcd.c tests/fuzz/world.c tests/fuzz/zvt.c \
	tests/fuzz/zvt_answer.c
LINK_FUZZ = libfuzz.a libregister.a libserver.a libhttp.a libledger.a libvcard.a libglobalplatform.a libcard.a $(LINK_TERMINAL) \
	$(ZIP_LIBS) $(EVENT_LIBS) $(SSL_LIBS) $(SQLITE_LIBS) $(POSTGRES_LIBS)

check_PROGRAMS += tests/fuzz/check_fuzz tests/fuzz/write_seeds
TESTS += tests/fuzz/check_fuzz
tests_fuzz_check_fuzz_SOURCES = tests/run.c tests/fuzz/main.c
tests_fuzz_check_fuzz_LDADD = $(LINK_FUZZ) $(CHECK_LIBS)
tests_fuzz_write_seeds_SOURCES = tests/fuzz/write_seeds.c
tests_fuzz_write_seeds_LDADD = $(LINK_FUZZ)
dist_check_SCRIPTS += tests/fuzz/run.sh

# With --enable-fuzz (clang) each target of targets.def is a libFuzzer program too: one rule for all.
if FUZZ
FUZZ_SECONDS = 5
fuzz_programs = $(shell sed -n 's/^TARGET.\([a-z0-9_]*\).*/tests\/fuzz\/fuzz_\1/p' '$(srcdir)/tests/fuzz/targets.def')
$(fuzz_programs): $(srcdir)/tests/fuzz/fuzzer.c $(filter %.a,$(LINK_FUZZ))
	$(AM_V_CCLD)$(CC) $(DEFS) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS) -DFUZZ_TARGET=$(notdir $@) $(AM_LDFLAGS) \
	  $(LDFLAGS) -o $@ '$(srcdir)/tests/fuzz/fuzzer.c' $(LINK_FUZZ) $(FUZZ_ENGINE) $(LIBS)
fuzz: $(fuzz_programs) tests/fuzz/write_seeds
	cd tests/fuzz && '$(abs_srcdir)/tests/fuzz/run.sh' '$(FUZZ_SECONDS)'
.PHONY: fuzz
endif
EXTRA_DIST += tests/fuzz/fuzzer.c
