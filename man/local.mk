# SPDX-License-Identifier: Apache-2.0
# scdoc makes the pages; the EXIT STATUS section of each comes from the list of outcomes.
program_pages = man/epurse-admin.1 man/epurse-apdu.1 man/epurse-card.1 man/epurse-perso.1 man/epurse-pos.1 man/epurse-reload.1 \
	man/epurse-tilld.8 man/epurse-verify.1 man/epursed.8
other_pages = man/epurse-apdu.5 man/epurse-json.5 man/epurse-terminal.conf.5 man/epursed.conf.5 man/epurse-status.7
if HAVE_SCDOC
man_MANS = $(program_pages) $(other_pages)
endif
EXTRA_DIST += $(program_pages:=.scd) $(other_pages:=.scd) man/exit-status.awk man/findings.awk
CLEANFILES += $(program_pages) $(other_pages)
dist_doc_DATA = LICENSE NEWS README.md docs/epurse-json.schema.json docs/openapi.yaml docs/till-openapi.yaml docs/audit.md \
	docs/card-cost.md docs/counting.md docs/glossary.md docs/ledger.md docs/physical-cards.md docs/printing.md docs/protocol.md \
	docs/readers.md docs/scale.md docs/security.md docs/terminal.md docs/till.md docs/till-page.md docs/zvt.md
EXTRA_DIST += docs autogen.sh check.sh demo.sh setup.sh .clang-format .editorconfig CONTRIBUTING.md SECURITY.md
STATUS_DEF = $(srcdir)/include/epurse/status.def
FINDINGS_DEF = $(srcdir)/include/epurse/findings.def

$(program_pages): $(program_pages:=.scd) $(srcdir)/man/exit-status.awk $(STATUS_DEF) $(srcdir)/man/findings.awk $(FINDINGS_DEF)
	$(AM_V_GEN)$(MKDIR_P) man && { cat '$(srcdir)/$@.scd' && case $@ in *admin.1) \
	  $(AWK) -f '$(srcdir)/man/findings.awk' '$(FINDINGS_DEF)' ;; esac && \
	  $(AWK) -f '$(srcdir)/man/exit-status.awk' '$(STATUS_DEF)'; } \
	  | $(SCDOC) >$@.tmp && mv $@.tmp $@
$(other_pages): $(other_pages:=.scd) $(srcdir)/man/exit-status.awk $(STATUS_DEF)
	$(AM_V_GEN)$(MKDIR_P) man && { cat '$(srcdir)/$@.scd' && case $@ in *status.7) \
	  $(AWK) -v page=status -f '$(srcdir)/man/exit-status.awk' '$(STATUS_DEF)' ;; esac; } | $(SCDOC) >$@.tmp && mv $@.tmp $@
