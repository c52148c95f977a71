# SPDX-License-Identifier: Apache-2.0
# Floor 2: what stands on a ZVT line, for both of its ends.
noinst_LIBRARIES += libzvt.a
libzvt_a_SOURCES = src/zvt/zvt_field.c src/zvt/zvt_file.c src/zvt/zvt_frame.c src/zvt/zvt_text.c
LINK_ZVT = libzvt.a $(LINK_KEYS)
