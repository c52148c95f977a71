/* SPDX-License-Identifier: Apache-2.0
 * A session with a card: what it is in, and one protected command after another. */
#include "epurse/session.h"

#include <string.h>

#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/tlv.h"

#include "session_word.h"

#define P1_SELECT_BY_NAME 0x04 /* ISO/IEC 7816-4 7.1.1 */
#define TAG_FCI           0x6F
#define TAG_FCI_AID       0x84
#define TAG_FCI_STATE     0x8A

static const uint8_t aid[PURSE_AID_SIZE] = {PURSE_AID_BYTES};

/* The FCI must name the purse: a card that takes any SELECT is not one. */
static enum status session_read_fci(struct session *session, const struct apdu_response *response) {
  struct tlv fci, name, state;

  if (tlv_find(response->data, response->len, TAG_FCI, &fci) != STATUS_OK ||
      tlv_find(fci.value, fci.len, TAG_FCI_AID, &name) != STATUS_OK ||
      tlv_find(fci.value, fci.len, TAG_FCI_STATE, &state) != STATUS_OK)
    return STATUS_NOT_OUR_CARD;
  if (name.len != sizeof aid || memcmp(name.value, aid, sizeof aid) != 0 || state.len != 1)
    return STATUS_NOT_OUR_CARD;
  session->state = state.value[0];
  switch (session->state) {
  case CARD_INITIALISED:
  case CARD_PERSONALISED:
    return STATUS_OK;
  case CARD_EXPIRED:
    return STATUS_CARD_EXPIRED;
  case CARD_BLOCKED:
    return STATUS_CARD_BLOCKED;
  default:
    return STATUS_NOT_OUR_CARD;
  }
}

enum status session_select(struct session *session, struct reader *reader) {
  const struct apdu select = {
      .ins = INS_SELECT, .p1 = P1_SELECT_BY_NAME, .data = aid, .lc = sizeof aid, .le = APDU_RESPONSE_DATA_MAX};
  struct apdu_response response;

  *session = (struct session){.reader = reader};
  enum status status = reader_command(reader, &select, &response);
  if (status != STATUS_OK)
    return status;
  session->selected = response.sw;
  return apdu_sw_has_data(response.sw) ? session_read_fci(session, &response) : STATUS_NOT_OUR_CARD;
}

void session_close(struct session *session) {
  securemsg_close(&session->secure);
  crypto_wipe(session, sizeof *session);
}

enum status session_word(uint16_t sw) {
  enum status status = status_of_sw(sw);

  switch (status) {
  case STATUS_OK:
  case STATUS_WRONG_PIN:
  case STATUS_PIN_BLOCKED:
  case STATUS_INSUFFICIENT_BALANCE:
  case STATUS_ABOVE_LIMIT:
  case STATUS_COUNTER_EXHAUSTED:
  case STATUS_CARD_BLOCKED:
  case STATUS_CARD_EXPIRED:
  case STATUS_STORE_FAILED:
    return STATUS_CARD_REFUSED;
  default:
    return status;
  }
}

/* Whether the card looks at a signature or at its slot for it. */
static bool command_is_judged(const struct apdu *command) {
  return command->ins == INS_CREDIT_FOR_LOAD || command->ins == INS_DEBIT_FOR_PURCHASE ||
         command->ins == INS_APPLICATION_BLOCK || command->ins == INS_STORE_DATA;
}

enum status session_disturbed(const struct apdu *command, uint16_t sw, enum status status) {
  switch (sw) {
  case SW_WRONG_INS:
  case SW_WRONG_CLA:
    return STATUS_READER_BUSY;
  case SW_SECURITY_NOT_SATISFIED:
  case SW_CONDITIONS_NOT_SATISFIED:
    return command_is_judged(command) ? status : STATUS_READER_BUSY;
  default:
    return status;
  }
}

/* Sends what has been wrapped and unwraps what comes. */
static enum status session_exchange(struct session *session, const uint8_t *bytes, size_t len,
                                    struct apdu_response *response) {
  enum status status = reader_transmit(session->reader, bytes, len, response);

  if (status == STATUS_OK)
    status = securemsg_unwrap_response(&session->secure, response);
  if (status == STATUS_OK && !apdu_sw_has_data(response->sw))
    status = session_word(response->sw);
  return status;
}

/* Whether the two sides may no longer be at the same counter, or the card has left the channel. */
static bool session_lost(enum status status) {
  switch (status) {
  case STATUS_CHANNEL_BROKEN:
  case STATUS_CARD_LOST:
  case STATUS_CARD_SILENT:
  case STATUS_CARD_RESET:
  case STATUS_READER_BUSY:
  case STATUS_NO_READER:
  case STATUS_NO_PCSCD:
  case STATUS_BAD_REPLY:
    return true;
  default:
    return false;
  }
}

enum status session_command(struct session *session, const struct apdu *command, struct apdu_response *response) {
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = 0;

  memset(response, 0, sizeof *response);
  if (!session->secure.open)
    return STATUS_CHANNEL_BROKEN;
  enum status status = securemsg_wrap(&session->secure, command, bytes, sizeof bytes, &len);
  if (status != STATUS_OK)
    return status;
  status = session_exchange(session, bytes, len, response);
  if (session_lost(status))
    securemsg_close(&session->secure);
  else if (status != STATUS_OK)
    status = session_disturbed(command, response->sw, status);
  if (status != STATUS_OK) {
    uint16_t sw = response->sw;
    crypto_wipe(response, sizeof *response);
    response->sw = sw;
  }
  crypto_wipe(bytes, sizeof bytes);
  return status;
}
