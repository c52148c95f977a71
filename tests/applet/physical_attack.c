/* SPDX-License-Identifier: Apache-2.0
 * Of the attacks (tests/system/attack.c) those that a card in a reader can stand, and show: stolen keys of terminals,
 * corrupt operators. An opened card, a copy, a look into the chip (in the middle of a session neither at its balance)
 * and two cards at once are not to be had. */
#include <string.h>

#include "physical.h"

static const char *const taken[] = {
    "stolen_pos_key_that_confirms_with_a_wrong_secret_gains_nothing",
    "stolen_pos_key_outside_its_role_gains_nothing",
    "pos_posing_as_reload_terminal_is_refused_by_the_card",
    "pos_posing_as_reload_terminal_is_refused_by_the_server",
    "certificate_with_an_altered_role_is_refused",
    "replayed_reload_certificate_without_its_key_is_refused",
    "reload_terminal_that_charged_nobody_owes_what_it_loaded",
    "reload_terminal_that_reverses_a_credit_goes_on_owing",
    "reload_terminal_cannot_pass_the_ceiling",
    "operator_without_the_master_key_cannot_make_terminals_that_cards_accept",
    "authorisation_at_another_terminal_gains_nothing",
    "operator_who_signs_a_credit_gains_nothing_that_can_be_spent",
    "stolen_till_key_that_replays_a_wrong_pin_blocks_nobody",
    "till_that_knows_the_pin_does_not_make_the_server_forget_it",
    "proof_after_a_tear_is_the_proof",
};

bool physical_wants(const char *test) {
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (strcmp(test, taken[i]) == 0)
      return true;
  return false;
}
