# SPDX-License-Identifier: Apache-2.0
# The suites of the rooms, each linked with its room and those below, and what several suites share.
CARD_BENCH = tests/card/bench.c tests/card/host.c tests/card/issuer.c tests/card/ram.c
INSTALLATION = tests/world/folder.c tests/world/installation.c
FLOW_WORLD = $(INSTALLATION) tests/system/flow_card.c tests/system/flow_world.c
LEDGER_WORLD = tests/ledger/purse.c tests/ledger/world.c tests/world/folder.c
SERVER_WORLD = tests/server/house.c tests/server/line.c tests/server/purse.c tests/server/station.c tests/server/world.c \
	tests/world/folder.c tests/world/stopwatch.c
WIRE_STAGE = tests/system/wire_books.c tests/system/wire_http.c tests/system/wire_line.c tests/system/wire_proxy.c \
	tests/system/wire_reader.c tests/system/wire_stage.c

# A simulated bank, for tests and playgrounds: nothing of the purse in it but its command line. `make` builds it, where the
# programs are, and nobody installs it.
noinst_PROGRAMS += epurse-tender
epurse_tender_SOURCES = tests/bank/epurse-tender.c tests/bank/tender_book.c
epurse_tender_LDADD = libcmd.a $(LINK_KEYS) $(EVENT_LIBS) $(JANSSON_LIBS)
EXTRA_DIST += tests/bank/README.md

check_PROGRAMS += tests/crypto/check_crypto
TESTS += tests/crypto/check_crypto
tests_crypto_check_crypto_SOURCES = tests/crypto/aes.c tests/crypto/digest.c tests/crypto/main.c tests/crypto/p256.c \
	tests/crypto/p256_key.c tests/crypto/secret.c tests/crypto/tally.c tests/run.c tests/vector.c
tests_crypto_check_crypto_LDADD = $(LINK_CRYPTO) $(CHECK_LIBS)

check_PROGRAMS += tests/protocol/check_protocol
TESTS += tests/protocol/check_protocol
tests_protocol_check_protocol_SOURCES = tests/protocol/amount.c tests/protocol/apdu.c tests/protocol/bytes.c \
	tests/protocol/certificate.c tests/protocol/chain.c tests/protocol/cid.c tests/protocol/command.c \
	tests/protocol/currency.c tests/protocol/fault.c tests/protocol/iban.c tests/protocol/main.c tests/protocol/moment.c \
	tests/protocol/pin_block.c tests/protocol/receipt.c tests/protocol/receipt_text.c tests/protocol/receipt_verify.c \
	tests/protocol/record.c tests/protocol/scp03.c tests/protocol/scp11.c tests/protocol/securemsg.c tests/protocol/sizes.c \
	tests/protocol/status.c tests/protocol/tlv.c tests/protocol/transaction.c tests/protocol/utf8.c tests/run.c tests/vector.c
# fault.c makes these fail on demand.
tests_protocol_check_protocol_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=crypto_aes_cmac -Wl,--wrap=crypto_aes_cbc_encrypt \
	-Wl,--wrap=crypto_aes_cbc_decrypt -Wl,--wrap=crypto_p256_generate -Wl,--wrap=crypto_p256_agree -Wl,--wrap=crypto_x963_kdf \
	-Wl,--wrap=crypto_sha256 -Wl,--wrap=crypto_p256_sign
tests_protocol_check_protocol_LDADD = $(LINK_PROTOCOL) $(CHECK_LIBS)

check_PROGRAMS += tests/keys/check_keys
TESTS += tests/keys/check_keys
tests_keys_check_keys_SOURCES = tests/run.c tests/keys/key.c tests/keys/keyfile.c tests/keys/main.c tests/keys/pkcs8.c \
	tests/keys/prompt.c tests/keys/scratch.c tests/keys/secret.c tests/keys/x509.c
tests_keys_check_keys_LDADD = $(LINK_KEYS) $(CHECK_LIBS)

check_PROGRAMS += tests/config/check_config
TESTS += tests/config/check_config
tests_config_check_config_SOURCES = tests/run.c tests/config/main.c tests/config/settings.c
tests_config_check_config_LDADD = $(LINK_CONFIG) $(CHECK_LIBS)

check_PROGRAMS += tests/globalplatform/check_globalplatform
TESTS += tests/globalplatform/check_globalplatform
tests_globalplatform_check_globalplatform_SOURCES = tests/keys/scratch.c tests/run.c tests/vector.c tests/globalplatform/cap.c \
	tests/globalplatform/cap_file.c tests/globalplatform/domain_channel.c tests/globalplatform/domain_keys.c \
	tests/globalplatform/main.c
tests_globalplatform_check_globalplatform_LDADD = $(LINK_GLOBALPLATFORM) $(CHECK_LIBS)

check_PROGRAMS += tests/message/check_message
TESTS += tests/message/check_message
tests_message_check_message_SOURCES = tests/run.c tests/message/base64url.c tests/message/card_body.c tests/message/desk_body.c \
	tests/message/forge.c tests/message/jws.c tests/message/main.c tests/message/message.c tests/message/offline_body.c \
	tests/message/transaction_body.c tests/message/pin_envelope.c
tests_message_check_message_LDADD = $(LINK_MESSAGE) $(CHECK_LIBS)

check_PROGRAMS += tests/card/check_card
TESTS += tests/card/check_card
TESTS += tests/card/card-cost.test
dist_check_SCRIPTS += tests/card/card-cost.test
EXTRA_DIST += tests/card/card-cost.py
tests_card_check_card_SOURCES = $(CARD_BENCH) tests/run.c tests/card/card.c tests/card/channel.c tests/card/lifecycle.c \
	tests/card/log.c tests/card/main.c tests/card/memory.c tests/card/perso.c tests/card/pin.c tests/card/promise.c \
	tests/card/cost.c tests/card/known.c tests/card/no_pin.c tests/card/offline.c tests/card/payout.c tests/card/purse.c \
	tests/card/refund.c tests/card/roll.c tests/card/select.c tests/card/tear.c
tests_card_check_card_LDADD = $(LINK_CARD) $(CHECK_LIBS)

check_PROGRAMS += tests/terminal/check_terminal
TESTS += tests/terminal/check_terminal
tests_terminal_check_terminal_SOURCES = tests/world/folder.c tests/run.c tests/terminal/answerer.c tests/terminal/backend.c \
	tests/terminal/codes.c tests/terminal/count.c tests/terminal/journal.c tests/terminal/journal_closing.c \
	tests/terminal/journal_process.c tests/terminal/main.c tests/terminal/pcscd_faults.c \
	tests/terminal/place.c tests/terminal/reader.c tests/terminal/reader_choose.c tests/terminal/reader_pcsc.c \
	tests/terminal/reader_wait.c tests/terminal/renewal.c tests/terminal/tender_hand.c tests/terminal/tender_simulator.c tests/terminal/tender_zvt.c tests/terminal/terminal.c \
	tests/terminal/trace.c
tests_terminal_check_terminal_LDADD = $(LINK_TERMINAL) $(SSL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/zvt/check_zvt
TESTS += tests/zvt/check_zvt
tests_zvt_check_zvt_SOURCES = tests/run.c tests/zvt/main.c tests/zvt/zvt_field.c tests/zvt/zvt_frame.c tests/zvt/zvt_text.c
tests_zvt_check_zvt_LDADD = $(LINK_ZVT) $(CHECK_LIBS)

check_PROGRAMS += tests/register/check_register
TESTS += tests/register/check_register
tests_register_check_register_SOURCES = tests/run.c tests/world/folder.c tests/register/main.c tests/register/page_words.c tests/register/zvt_book.c tests/register/zvt_code.c
tests_register_check_register_LDADD = libregister.a $(LINK_TILL) libhttp.a $(EVENT_LIBS) $(SSL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/print/check_print
TESTS += tests/print/check_print
tests_print_check_print_SOURCES = tests/world/folder.c tests/run.c tests/print/document.c tests/print/escpos.c \
	tests/print/main.c tests/print/paper.c tests/print/printer.c tests/print/receipt.c
tests_print_check_print_LDADD = $(LINK_PRINT) $(CHECK_LIBS) -lpthread
EXTRA_DIST += tests/print/both-pdf.txt tests/print/drawn-58.txt tests/print/holder-58.bin \
	tests/print/holder-58.txt tests/print/holder-80.txt tests/print/shop-58.txt

check_PROGRAMS += tests/ledger/check_ledger
TESTS += tests/ledger/check_ledger
tests_ledger_check_ledger_SOURCES = $(LEDGER_WORLD) tests/faulty_disk.c tests/place.c tests/run.c tests/ledger/acts.c tests/ledger/announced.c tests/ledger/audit.c tests/ledger/backup.c \
	tests/ledger/beside.c tests/ledger/bounds.c tests/ledger/card.c tests/ledger/chain.c tests/ledger/confirm.c tests/ledger/crash.c tests/ledger/crew.c tests/ledger/forgotten.c \
	tests/ledger/group.c tests/ledger/inquire.c tests/ledger/layer.c tests/ledger/limit.c tests/ledger/load.c tests/ledger/approval.c \
	tests/ledger/deny.c tests/ledger/deposit.c tests/ledger/doubt.c tests/ledger/main.c tests/ledger/merchant.c \
	tests/ledger/mixed.c tests/ledger/offline.c tests/ledger/offline_scene.c tests/ledger/owed_scene.c \
	tests/ledger/payout.c tests/ledger/pending.c tests/ledger/points.c tests/ledger/purchase.c tests/ledger/random.c \
	tests/ledger/reference.c tests/ledger/refund.c tests/ledger/renew.c tests/ledger/replace.c tests/ledger/servers.c \
	tests/ledger/settlement.c tests/ledger/restore.c tests/ledger/restore_brought.c tests/ledger/restore_scene.c \
	tests/ledger/store.c tests/ledger/terminal.c tests/ledger/watch.c
tests_ledger_check_ledger_LDADD = $(LINK_LEDGER) $(CHECK_LIBS)

# 20000 transactions in make check, a million with make stress.
check_PROGRAMS += tests/ledger/check_stress
TESTS += tests/ledger/check_stress
tests_ledger_check_stress_SOURCES = $(LEDGER_WORLD) tests/place.c tests/run.c tests/ledger/stress.c
tests_ledger_check_stress_LDADD = $(LINK_LEDGER) $(CHECK_LIBS)
STRESS_TRANSACTIONS = 1000000
stress: tests/ledger/check_stress
	STRESS_TRANSACTIONS=$(STRESS_TRANSACTIONS) tests/ledger/check_stress

# 2000 purchases in make check, a million with make settlement-size.
check_PROGRAMS += tests/ledger/check_settlement_size
TESTS += tests/ledger/check_settlement_size
tests_ledger_check_settlement_size_SOURCES = $(LEDGER_WORLD) tests/place.c tests/run.c tests/ledger/settlement_size.c
tests_ledger_check_settlement_size_LDADD = $(LINK_LEDGER) $(CHECK_LIBS)
settlement-size: tests/ledger/check_settlement_size
	SETTLEMENT_CAPTURES=1000000 tests/ledger/check_settlement_size

check_PROGRAMS += tests/vcard/check_vcard
TESTS += tests/vcard/check_vcard
tests_vcard_check_vcard_SOURCES = tests/run.c tests/vcard/card_file.c tests/vcard/fixture.c tests/vcard/fresh.c \
	tests/globalplatform/cap_file.c tests/keys/scratch.c tests/vcard/main.c tests/vcard/reader_direct.c tests/vcard/tally.c \
	tests/vcard/vcard.c tests/vcard/vpcd.c tests/world/folder.c
tests_vcard_check_vcard_LDADD = libvcard.a libcard.a libkeys.a $(LINK_GLOBALPLATFORM) $(CHECK_LIBS)

check_PROGRAMS += tests/server/check_server
TESTS += tests/server/check_server
tests_server_check_server_SOURCES = $(SERVER_WORLD) tests/run.c tests/server/admin.c tests/server/again.c tests/server/backup.c \
	tests/server/certification.c tests/server/clock.c tests/server/configuration.c tests/server/confirmation.c \
	tests/server/connection.c tests/server/contact.c tests/faulty_disk.c tests/place.c tests/server/cost.c tests/server/disk.c tests/server/desk.c tests/server/envelope.c tests/server/flood.c \
	tests/server/handshake.c tests/server/http.c tests/server/inquiry.c tests/server/keyring.c tests/server/late.c tests/server/letter.c tests/server/load.c \
	tests/server/offline.c tests/server/deny.c tests/server/approval.c tests/server/renew.c tests/server/log.c \
	tests/server/main.c tests/server/worker_pool.c tests/server/metrics.c tests/server/no_pin.c tests/server/pending.c \
	tests/server/pin_change.c tests/server/pinstore.c tests/server/payout.c tests/server/purchase.c tests/server/rate.c \
	tests/server/refund.c tests/server/replay.c tests/server/routes.c tests/server/running.c tests/server/settlement.c tests/server/terminals.c \
	tests/server/watch.c tests/server/writer.c
tests_server_check_server_LDADD = $(LINK_SERVER) $(CHECK_LIBS)
# Requests through crew and writer under disturbed schedules: some thousands in make check, ten million with make handover.
check_PROGRAMS += tests/server/check_handover
TESTS += tests/server/check_handover
tests_server_check_handover_SOURCES = $(SERVER_WORLD) tests/place.c tests/run.c tests/server/handover.c
# handover.c pauses in these, and loses a call on demand.
tests_server_check_handover_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sem_post -Wl,--wrap=sem_wait -Wl,--wrap=pthread_mutex_lock \
	-Wl,--wrap=pthread_mutex_unlock
tests_server_check_handover_LDADD = $(LINK_SERVER) $(CHECK_LIBS)
handover: tests/server/check_handover
	HANDOVER_JOBS=3000000 tests/server/check_handover

# Asks a running epursed everything once; server-openapi.test holds what it saw against docs/openapi.yaml.
check_PROGRAMS += tests/server/tour
tests_server_tour_SOURCES = $(SERVER_WORLD) tests/place.c tests/server/tour.c
tests_server_tour_LDADD = $(LINK_SERVER) $(CHECK_LIBS)
EXTRA_DIST += tests/system/openapi-check.py

check_PROGRAMS += tests/cmd/check_cmd
TESTS += tests/cmd/check_cmd
tests_cmd_check_cmd_SOURCES = tests/run.c tests/cmd/answer.c tests/cmd/batch_file.c tests/cmd/batch_list.c tests/cmd/main.c \
	tests/cmd/option.c tests/cmd/pain_id.c tests/cmd/preparation.c tests/cmd/reply_sum.c tests/cmd/sepa_text.c src/cmd/admin/pain_id.c src/cmd/admin/reply_sum.c src/cmd/admin/sepa_text.c src/cmd/perso/preparation.c
tests_cmd_check_cmd_LDADD = libbatch.a libcmd.a libglobalplatform.a $(LINK_KEYS) $(JANSSON_LIBS) $(CSV_LIBS) $(ZIP_LIBS) $(CHECK_LIBS)
