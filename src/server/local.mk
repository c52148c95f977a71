# SPDX-License-Identifier: Apache-2.0
# Floor 4: the service behind the HTTPS server: one file per endpoint.
noinst_LIBRARIES += libserver.a
libserver_a_SOURCES = src/server/approval.c src/server/backup.c src/server/card_asked.c src/server/certify.c src/server/clock.c \
	src/server/configuration.c src/server/envelope.c src/server/facts.c src/server/fate.c src/server/figures.c src/server/get_healthz.c \
	src/server/get_metrics.c src/server/keyring.c src/server/list_body.c src/server/authorisation_request.c src/server/pin_proof.c \
	src/server/pinstore.c src/server/post_approval.c src/server/post_backup.c src/server/post_card_activation.c \
	src/server/post_card_block.c src/server/post_card_certification.c src/server/post_card_contact.c \
	src/server/post_card_list.c src/server/post_card_query.c src/server/post_card_renewal.c \
	src/server/post_card_replacement.c src/server/post_card_reservation.c src/server/post_card_suspension.c \
	src/server/post_card_void.c src/server/post_chip_addition.c src/server/post_confirmation.c src/server/post_deny_list.c src/server/post_deposit_list.c \
	src/server/post_incident_list.c src/server/post_ledger_check.c src/server/post_limit.c src/server/post_load.c src/server/post_load_inquiry.c \
	src/server/post_load_reversal.c src/server/post_merchant.c src/server/post_offline_payment.c \
	src/server/post_pending_list.c src/server/post_pin_change.c src/server/post_pin_failure.c src/server/post_owed_refund.c \
	src/server/post_payout.c src/server/post_purchase.c src/server/post_refund.c src/server/post_reference_query.c \
	src/server/post_renewal_request.c src/server/post_settlement.c src/server/post_settlement_page.c src/server/post_settlement_resumption.c \
	src/server/post_terminal.c src/server/post_terminal_list.c src/server/post_terminal_revocation.c \
	src/server/post_transaction_inquiry.c src/server/tender_of.c src/server/take_up.c src/server/terminal_cache.c src/server/routes.c \
	src/server/server.c src/server/service.c src/server/service_open.c src/server/settlement_body.c src/server/signer.c \
	src/server/watch.c src/server/writer.c
LINK_SERVER = libserver.a libhttp.a libledger.a libsettings.a $(LINK_MESSAGE) $(EVENT_LIBS) $(SSL_LIBS) $(INIH_LIBS) \
	$(SQLITE_LIBS) $(POSTGRES_LIBS)
