# SPDX-License-Identifier: Apache-2.0
# Floor 5: the frame of the programs, and what shells complete of them.
noinst_LIBRARIES += libcmd.a
libcmd_a_SOURCES = src/cmd/frame/answer.c src/cmd/frame/cashier.c src/cmd/frame/completion.c src/cmd/frame/dialogue.c src/cmd/frame/events.c \
	src/cmd/frame/finish.c src/cmd/frame/language.c src/cmd/frame/local_time.c src/cmd/frame/option.c src/cmd/frame/paper.c \
	src/cmd/frame/problem.c src/cmd/frame/receipt_qr.c src/cmd/frame/renew_by_itself.c src/cmd/frame/report.c src/cmd/frame/retold.c src/cmd/frame/retold_audit.c src/cmd/frame/retold_configuration.c src/cmd/frame/tap.c \
	src/cmd/frame/terminal_program.c src/cmd/frame/till_client.c \
	src/cmd/frame/till_line.c src/cmd/frame/till_question.c src/cmd/frame/verb_balance.c src/cmd/frame/verb_cashier.c src/cmd/frame/verb_doctor.c src/cmd/frame/verb_log.c \
	src/cmd/frame/verb_payout.c src/cmd/frame/verb_pin.c src/cmd/frame/verb_readers.c src/cmd/frame/verb_receipt.c \
	src/cmd/frame/verb_supervisor.c src/cmd/frame/verb_recover.c src/cmd/frame/verb_renew.c src/cmd/frame/verb_shift.c src/cmd/frame/verb_status.c src/cmd/frame/verb_totals.c
libcmd_a_CPPFLAGS = $(AM_CPPFLAGS) -DLOCALEDIR='"$(localedir)"'
LINK_CMD = libcmd.a libprint.a $(QRENCODE_LIBS) $(HARU_LIBS) $(FREETYPE_LIBS) $(LINK_TERMINAL)

# Completion for shells, each made by the program itself from its table of options.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
nodist_bashcompletion_DATA = completion/bash/epurse-admin completion/bash/epurse-apdu completion/bash/epurse-card \
	completion/bash/epurse-perso completion/bash/epurse-pos completion/bash/epurse-reload completion/bash/epurse-tilld \
	completion/bash/epurse-verify completion/bash/epursed
nodist_zshcompletion_DATA = completion/zsh/_epurse-admin completion/zsh/_epurse-apdu completion/zsh/_epurse-card \
	completion/zsh/_epurse-perso completion/zsh/_epurse-pos completion/zsh/_epurse-reload completion/zsh/_epurse-tilld \
	completion/zsh/_epurse-verify completion/zsh/_epursed
$(nodist_bashcompletion_DATA) $(nodist_zshcompletion_DATA): $(bin_PROGRAMS) $(sbin_PROGRAMS)
	$(AM_V_GEN)file='$@'; shell=$${file#completion/}; shell=$${shell%%/*}; program=$${file##*/}; $(MKDIR_P) "completion/$$shell" && \
	  ./"$${program#_}$(EXEEXT)" --completion="$$shell" >'$@.tmp' && mv '$@.tmp' '$@'
CLEANFILES += $(nodist_bashcompletion_DATA) $(nodist_zshcompletion_DATA)
