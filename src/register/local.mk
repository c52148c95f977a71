# SPDX-License-Identifier: Apache-2.0
# Floor 4: cash registers come in here, by JSON over HTTP, and people, by a page.
noinst_LIBRARIES += libregister.a
libregister_a_SOURCES = src/register/clerk.c src/register/door.c src/register/door_answer.c src/register/json_body.c \
	src/register/json_call.c src/register/json_result.c \
	src/register/json_routes.c src/register/listener.c src/register/page_customer.c src/register/page_door.c \
	src/register/page_drawer.c src/register/page_form.c src/register/page_lists.c src/register/page_login.c \
	src/register/page_routes.c src/register/page_sale.c src/register/page_send.c src/register/page_session.c \
	src/register/page_sheet.c src/register/page_stream.c src/register/page_words.c \
	src/register/page_write.c src/register/stream.c src/register/zvt_book.c src/register/zvt_cashier.c src/register/zvt_code.c src/register/zvt_line.c \
	src/register/zvt_office.c src/register/zvt_sale.c src/register/zvt_server.c src/register/zvt_tell.c
LINK_REGISTER = libregister.a $(EVENT_LIBS) $(SSL_LIBS)
nodist_libregister_a_SOURCES = src/register/page_assets.c
PAGE_ASSETS = src/register/page/page.css src/register/page/page.js po/de.po po/fr.po
EXTRA_DIST += src/register/page/page.css src/register/page/page.js src/register/page/embed.sh
CLEANFILES += src/register/page_assets.c
src/register/page_assets.c: $(PAGE_ASSETS) src/register/page/embed.sh
	$(AM_V_GEN)$(MKDIR_P) src/register && \
	(cd "$(srcdir)" && $(SHELL) src/register/page/embed.sh $(PAGE_ASSETS)) > $@.tmp && mv $@.tmp $@
