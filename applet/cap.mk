# SPDX-License-Identifier: Apache-2.0
# make cap JAVACARD_SDK=DIR: the file that a card loads, by Oracle's converter, which is not free software and not here.
# applet/README.md says which kit for which card, and what the other two variables are for.
JAVACARD_SDK =
JAVACARD_TARGET = 3.0.4
JAVACARD_EXPORTS =
purse_package = 0xF0:0x45:0x50:0x55:0x52:0x53:0x45
# Kits from 3.1 on have an API and export files for each version that they can make CAP files for; those before have one.
cap_api = $(firstword $(wildcard $(JAVACARD_SDK)/lib/api_classic-$(JAVACARD_TARGET).jar $(JAVACARD_SDK)/lib/api_classic.jar))
cap_target = $(if $(wildcard $(JAVACARD_SDK)/lib/api_classic-$(JAVACARD_TARGET).jar),-target $(JAVACARD_TARGET))
cap_exports = $(or $(JAVACARD_EXPORTS),$(if $(cap_target),,$(JAVACARD_SDK)/api_export_files))

cap:
	@test -n '$(cap_api)' || { echo "make cap JAVACARD_SDK=DIR: DIR is Oracle's Java Card kit, with lib/api_classic*.jar" >&2; exit 1; }
	@rm -rf applet/cap && $(MKDIR_P) applet/cap/classes
	$(JAVAC) --release 7 -g -Xlint:-options -proc:none -cp '$(cap_api)' -d applet/cap/classes $(srcdir)/applet/src/epurse/*.java
	$(JAVA) '-Djc.home=$(JAVACARD_SDK)' -cp '$(JAVACARD_SDK)/lib/*' com.sun.javacard.converter.Main \
	  -classdir applet/cap/classes -d applet/cap $(cap_target) $(if $(cap_exports),-exportpath '$(cap_exports)') -out CAP EXP JCA \
	  -applet $(purse_package):0x01 epurse.PurseApplet epurse $(purse_package) 1.0
