/* SPDX-License-Identifier: Apache-2.0
 * What the cashier is asked when money is to leave the drawer. */
#include <string.h>

#include "epurse/sentence.h"
#include "epurse/terminal_payout.h"

void payout_question(struct amount amount, int64_t deposit, bool again, struct payout_question *question) {
  *question = (struct payout_question){.count = 1, .minor = {amount.minor}};
  if (amount.minor == 0) { /* an empty card */
    question->minor[0] = deposit;
    question->sentence =
        again ? SENTENCE("The card's deposit of %s was to be handed out before, and nobody confirmed it. If the holder "
                         "has not got it, hand it out now. Has the holder got it?")
              : SENTENCE("Hand out the card's deposit of %s now. Has the holder got it?");
  } else if (deposit > 0) {
    question->count = 3;
    question->minor[1] = deposit;
    question->minor[2] = amount.minor + deposit;
    question->sentence =
        again ? SENTENCE("%s and the card's deposit of %s, %s in all, were to be handed out before, and nobody "
                         "confirmed it. If the holder has not got it, hand it out now. Has the holder got it?")
              : SENTENCE("Hand out %s and the card's deposit of %s now, %s in all. Has the holder got it?");
  } else {
    question->sentence =
        again ? SENTENCE("%s was to be handed out before, and nobody confirmed it. If the holder has not got it, hand "
                         "it out now. Has the holder got it?")
              : SENTENCE("Hand out %s now. Has the holder got it?");
  }
}

bool payout_question_print(const struct payout_question *question, const char *sentence, char *text, size_t size) {
  size_t used = 0, next = 0;
  while (*sentence != '\0') {
    bool is_amount = next < question->count && strncmp(sentence, "%s", 2) == 0;
    const char *piece = is_amount ? question->texts[next++] : sentence;
    size_t len = is_amount ? strlen(piece) : 1;
    if (used + len >= size)
      return false;
    memcpy(text + used, piece, len);
    used += len;
    sentence += is_amount ? 2 : 1;
  }
  text[used] = '\0';
  return true;
}
