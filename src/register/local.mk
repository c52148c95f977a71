# SPDX-License-Identifier: Apache-2.0
# Floor 4: cash registers come in here, by JSON over HTTP.
noinst_LIBRARIES += libregister.a
libregister_a_SOURCES = src/register/clerk.c src/register/door.c src/register/json_body.c src/register/json_result.c \
	src/register/json_routes.c src/register/listener.c src/register/stream.c \
	src/register/zvt_book.c src/register/zvt_code.c src/register/zvt_field.c src/register/zvt_frame.c \
	src/register/zvt_line.c src/register/zvt_office.c src/register/zvt_sale.c src/register/zvt_server.c \
	src/register/zvt_tell.c src/register/zvt_text.c
LINK_REGISTER = libregister.a $(EVENT_LIBS) $(SSL_LIBS)
