/* SPDX-License-Identifier: Apache-2.0
 * What is wrong with a configuration or a folder, by the forms of src/config, src/terminal, src/till, src/register and
 * src/server that quote something; what quotes nothing is marked where it stands. */
#include "epurse/sentence.h"
#include "retold.h"

const char *const retold_configuration[] = {
    SENTENCE("line %s: [%s] %s %s"),
    SENTENCE("line %s: longer than %s characters"),
    SENTENCE("line %s: neither [section], nor name = value, nor a comment"),
    SENTENCE("[%s] %s is missing"),
    SENTENCE("[%s] %s must be a whole number from %s to %s"),
    SENTENCE("[json] token: %s to %s characters"),
    SENTENCE("[json] listen: cannot listen at '%s'"),
    SENTENCE("[page] listen: cannot listen at '%s'"),
    SENTENCE("[json] socket: %s '%s'"),
    SENTENCE("[page] listen: '%s' is not this machine alone, and wants certificate and key"),
    SENTENCE("[page] code: cannot write '%s'"),
    SENTENCE("[zvt] peer: '%s' is no address"),
    SENTENCE("[zvt] listen: %s: cannot listen there"),
    SENTENCE("[zvt] listen: '%s' is not this machine alone, and wants the register's address as peer"),
    SENTENCE("[zvt] charset: '%s' is not cp437 or iso-8859-15"),
    SENTENCE("[zvt] cashier: '%s' is no cashier's name"),
    SENTENCE("[zvt] cashier: '%s' is not among the cashiers of this terminal"),
    SENTENCE("'%s' is no way to pay a load"),
    SENTENCE("no reader matches '%s'; there are: %s"),
    SENTENCE("[printer] output: '%s' is no printer"),
    SENTENCE("[printer] font: '%s' cannot be drawn with"),
    SENTENCE("cannot listen on %s:%s"),
    SENTENCE("%s cannot be written"),
    SENTENCE("the ledger is of currency %s and issuer %s, the configuration says otherwise"),
    NULL,
};
