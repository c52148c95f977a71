# SPDX-License-Identifier: Apache-2.0
# Floor 5: a program each: a table and its verbs.
bin_PROGRAMS += epurse-pos
epurse_pos_SOURCES = src/cmd/pos/epurse-pos.c src/cmd/pos/verb_refund.c
epurse_pos_LDADD = $(LINK_CMD)
bin_PROGRAMS += epurse-reload
epurse_reload_SOURCES = src/cmd/reload/epurse-reload.c
epurse_reload_LDADD = $(LINK_CMD)
bin_PROGRAMS += epurse-verify
epurse_verify_SOURCES = src/cmd/verify/epurse-verify.c
epurse_verify_LDADD = libcmd.a $(QRENCODE_LIBS) $(LINK_KEYS) $(JANSSON_LIBS)
bin_PROGRAMS += epurse-card
epurse_card_SOURCES = src/cmd/card/card_show.c src/cmd/card/epurse-card.c
epurse_card_LDADD = libcmd.a libvcard.a libglobalplatform.a libcard.a $(LINK_KEYS) $(JANSSON_LIBS)
bin_PROGRAMS += epurse-apdu
epurse_apdu_SOURCES = src/cmd/apdu/apdu_script.c src/cmd/apdu/epurse-apdu.c
epurse_apdu_LDADD = libcmd.a libvcard.a libglobalplatform.a libcard.a $(LINK_TERMINAL)

# The files of epurse-perso batch, apart for their tests.
noinst_LIBRARIES += libbatch.a
libbatch_a_SOURCES = src/cmd/perso/batch_file.c src/cmd/perso/batch_list.c src/cmd/perso/csv_rows.c
bin_PROGRAMS += epurse-perso
epurse_perso_SOURCES = src/cmd/perso/batch_prepare.c src/cmd/perso/batch_progress.c src/cmd/perso/batch_work.c \
	src/cmd/perso/epurse-perso.c src/cmd/perso/measure.c src/cmd/perso/preparation.c src/cmd/perso/verb_batch.c \
	src/cmd/perso/verb_measure.c src/cmd/perso/verb_prepare.c src/cmd/perso/verb_renew_card.c
epurse_perso_LDADD = libbatch.a libglobalplatform.a $(LINK_CMD) $(CSV_LIBS) $(ZIP_LIBS) -lpthread
bin_PROGRAMS += epurse-admin
epurse_admin_SOURCES = src/cmd/admin/admin_approval.c src/cmd/admin/admin_audit.c src/cmd/admin/admin_backup.c \
	src/cmd/admin/admin_call.c src/cmd/admin/admin_restore_list.c src/cmd/admin/admin_card_block.c \
	src/cmd/admin/admin_card_list.c src/cmd/admin/admin_card_replace.c src/cmd/admin/admin_card_show.c \
	src/cmd/admin/admin_ceremony.c src/cmd/admin/admin_deposit_list.c src/cmd/admin/admin_folder.c src/cmd/admin/admin_house.c src/cmd/admin/admin_incident_list.c src/cmd/admin/admin_init.c src/cmd/admin/admin_key_next.c src/cmd/admin/admin_key_roll.c \
	src/cmd/admin/admin_key_terminal_ca.c src/cmd/admin/admin_ledger_check.c src/cmd/admin/admin_ledger_restored.c src/cmd/admin/admin_limit.c \
	src/cmd/admin/admin_merchant_add.c src/cmd/admin/admin_migrate.c src/cmd/admin/admin_offline_bring.c \
	src/cmd/admin/admin_pending.c src/cmd/admin/admin_serial.c src/cmd/admin/admin_settlement.c \
	src/cmd/admin/admin_settlement_close.c src/cmd/admin/admin_settlement_export.c src/cmd/admin/admin_settlement_pain.c \
	src/cmd/admin/admin_terminal_add.c src/cmd/admin/admin_terminal_folder.c src/cmd/admin/admin_terminal_list.c \
	src/cmd/admin/admin_terminal_revoke.c src/cmd/admin/admin_terminal_waiting.c src/cmd/admin/epurse-admin.c src/cmd/admin/pain_id.c src/cmd/admin/reply_sum.c src/cmd/admin/sepa_text.c
epurse_admin_LDADD = libcmd.a $(QRENCODE_LIBS) $(LINK_AUDIT) $(LINK_SERVER) $(XML_LIBS) $(CSV_LIBS)
sbin_PROGRAMS += epursed
epursed_SOURCES = src/cmd/server/epursed.c
epursed_LDADD = libcmd.a $(LINK_SERVER)
sbin_PROGRAMS += epurse-tilld
epurse_tilld_SOURCES = src/cmd/till/epurse-tilld.c src/cmd/till/service.c src/cmd/till/till_conf.c
epurse_tilld_LDADD = libcmd.a $(QRENCODE_LIBS) libregister.a $(LINK_TILL) libhttp.a $(EVENT_LIBS) $(SSL_LIBS)
