# SPDX-License-Identifier: Apache-2.0
# What people read in other languages: a catalogue each, installed where gettext looks, and for use from the build tree in
# po/locale (EPURSE_LOCALEDIR). make update-po, in the source, brings them up to date after a sentence was changed.
EXTRA_DIST += po/extract po/epurse.pot po/de.po po/fr.po
catalogues = po/locale/de/LC_MESSAGES/epurse.mo po/locale/fr/LC_MESSAGES/epurse.mo
if HAVE_MSGFMT
germandir = $(localedir)/de/LC_MESSAGES
nodist_german_DATA = po/locale/de/LC_MESSAGES/epurse.mo
frenchdir = $(localedir)/fr/LC_MESSAGES
nodist_french_DATA = po/locale/fr/LC_MESSAGES/epurse.mo
endif
CLEANFILES += $(catalogues)
$(catalogues): po/locale/%/LC_MESSAGES/epurse.mo: $(srcdir)/po/%.po
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --check-format --output-file=$@.tmp '$<' && mv $@.tmp $@

update-po:
	'$(srcdir)/po/extract' '$(srcdir)' >'$(srcdir)/po/epurse.pot.tmp' && mv '$(srcdir)/po/epurse.pot.tmp' '$(srcdir)/po/epurse.pot'
	for po in de fr; do msgmerge --quiet --no-location --no-fuzzy-matching --backup=none --update "$(srcdir)/po/$$po.po" '$(srcdir)/po/epurse.pot' || exit 1; done
