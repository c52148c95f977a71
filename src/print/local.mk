# SPDX-License-Identifier: Apache-2.0
# Floor 4: receipts and reports on paper: documents, their renderings, printers.
noinst_LIBRARIES += libprint.a
libprint_a_SOURCES = src/print/document.c src/print/drawn.c src/print/escpos.c src/print/layout.c src/print/link.c \
	src/print/pc858.c src/print/pdf.c src/print/printer.c src/print/receipt.c src/print/text.c
LINK_PRINT = libprint.a libtender.a $(LINK_PROTOCOL) $(QRENCODE_LIBS) $(HARU_LIBS) $(FREETYPE_LIBS)
