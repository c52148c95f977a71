/* SPDX-License-Identifier: Apache-2.0
 * What every reader does whatever is behind it: traces, and what T=0 leaves to the application. */
#include "epurse/reader.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "epurse/command.h"
#include "epurse/crypto.h"
#include "trace.h"

#define INS_GET_RESPONSE 0xC0 /* ISO/IEC 7816-4 7.6.1 */
#define INS_READ_BINARY  0xB0
#define ROUNDS_MAX       8 /* exchanges for one command: a card that always has more is broken */

void reader_close(struct reader **reader) {
  if (*reader != NULL) {
    (*reader)->shutdown((*reader)->context);
    free(*reader);
    *reader = NULL;
  }
}

void reader_trace(struct reader *reader, FILE *trace) {
  reader->trace = trace;
}

void reader_limit(struct reader *reader, int seconds) {
  if (reader->limit != NULL)
    reader->limit(reader->context, seconds);
}

void reader_cancel_fd(struct reader *reader, int fd) {
  if (reader->cancel_fd != NULL)
    reader->cancel_fd(reader->context, fd);
}

bool reader_input_ended(int fd) {
  struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
  int left = 0;
  if (fd < 0 || poll(&poll_fd, 1, 0) <= 0)
    return false;
  if ((poll_fd.revents & POLLIN) == 0)
    return true; /* hung up, or none that could be read */
  return ioctl(fd, FIONREAD, &left) != 0 || left <= 0;
}

static int64_t microseconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)(now.tv_sec - start->tv_sec) * 1000000 + (now.tv_nsec - start->tv_nsec) / 1000;
}

/* Runs connect or reset, and counts its time. */
static enum status reader_timed(struct reader *reader, enum status (*act)(void *context)) {
  struct timespec start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  enum status status = act(reader->context);
  reader->card_us += microseconds_since(&start);
  return status;
}

enum status reader_connect(struct reader *reader) {
  reader->disconnect(reader->context);
  return reader_timed(reader, reader->connect);
}

void reader_disconnect(struct reader *reader) {
  reader->disconnect(reader->context);
}

enum status reader_reset(struct reader *reader) {
  return reader_timed(reader, reader->reset);
}

enum status reader_wait(struct reader *reader, bool present, int seconds) {
  return reader->wait(reader->context, present, seconds);
}

/* One exchange as it stands; `blank` keeps its data out of the trace. */
static enum status reader_exchange(struct reader *reader, const uint8_t *command, size_t len, bool blank,
                                   struct apdu_response *response) {
  uint8_t answer[APDU_RESPONSE_MAX];
  size_t answer_len = sizeof answer;
  struct timespec start;

  clock_gettime(CLOCK_MONOTONIC, &start);
  if (reader->trace != NULL)
    trace_command(reader->trace, command, len, blank);
  enum status status = reader->transmit(reader->context, command, len, answer, &answer_len);
  int64_t spent = microseconds_since(&start);
  reader->card_us += spent;
  if (reader->trace != NULL && status == STATUS_OK)
    trace_answer(reader->trace, answer, answer_len, (long)(spent / 1000), blank);
  else if (reader->trace != NULL)
    trace_failure(reader->trace, status_name(status), (long)(spent / 1000));
  if (status == STATUS_OK && apdu_response_parse(answer, answer_len, response) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  crypto_wipe(answer, sizeof answer);
  return status;
}

/* Whether sending it twice does nothing that sending it once does not: reading in the clear. Everything else is ours or
 * unknown, and answers in full; under secure messaging no bytes are right twice. */
static bool command_repeatable(const struct apdu *command) {
  static const uint8_t reading[] = {INS_SELECT, INS_GET_DATA, INS_READ_RECORD, INS_READ_BINARY, INS_GET_RESPONSE};
  return (command->cla & CLA_SECURE) == 0 && memchr(reading, command->ins, sizeof reading) != NULL;
}

/* The logical channel that a class names, as a class of its own (ISO/IEC 7816-4 5.4.1). */
static uint8_t channel_class(uint8_t cla) {
  return (cla & 0x40) != 0 ? (uint8_t)(0x40 | (cla & 0x0F)) : (uint8_t)(cla & 0x03);
}

/* What must be sent next to have the rest of an answer; 0: nothing. */
static size_t reader_next(const uint8_t *sent, size_t sent_len, uint16_t sw, uint8_t next[APDU_COMMAND_MAX]) {
  uint16_t xx = (sw & 0xFF) == 0 ? 256 : sw & 0xFF;
  struct apdu command;

  if ((sw & 0xFF00) == SW_BYTES_REMAINING) {
    struct apdu get_response = {.cla = channel_class(sent[0]), .ins = INS_GET_RESPONSE, .le = xx};
    return apdu_encode(&get_response, next, APDU_COMMAND_MAX);
  }
  if ((sw & 0xFF00) == SW_EXACT_LENGTH && apdu_parse(sent, sent_len, &command) == STATUS_OK && command.le != 0 &&
      command_repeatable(&command)) {
    command.le = xx;
    return apdu_encode(&command, next, APDU_COMMAND_MAX);
  }
  return 0;
}

static enum status response_append(struct apdu_response *whole, const struct apdu_response *part) {
  if (part->len > sizeof whole->data - whole->len)
    return STATUS_BAD_REPLY;
  memcpy(whole->data + whole->len, part->data, part->len);
  whole->len += part->len;
  whole->sw = part->sw;
  return STATUS_OK;
}

enum status reader_transmit(struct reader *reader, const uint8_t *command, size_t len, struct apdu_response *response) {
  uint8_t sent[APDU_COMMAND_MAX], next[APDU_COMMAND_MAX];
  struct apdu_response part = {0};
  bool blank = trace_blanks(command, len);
  enum status status = STATUS_BAD_REPLY;

  memset(response, 0, sizeof *response);
  if (len < APDU_HEADER_SIZE || len > sizeof sent)
    return STATUS_BAD_LENGTH;
  memcpy(sent, command, len);
  for (int rounds = 0; rounds < ROUNDS_MAX; rounds++) {
    status = reader_exchange(reader, sent, len, blank, &part);
    if (status == STATUS_OK)
      status = response_append(response, &part);
    size_t more = status == STATUS_OK ? reader_next(sent, len, part.sw, next) : 0;
    if (more == 0)
      break;
    status = STATUS_BAD_REPLY; /* stands where the rounds are used up */
    len = more;
    memcpy(sent, next, more);
  }
  crypto_wipe(sent, sizeof sent);
  crypto_wipe(next, sizeof next);
  crypto_wipe(&part, sizeof part);
  return status;
}

enum status reader_command(struct reader *reader, const struct apdu *command, struct apdu_response *response) {
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = apdu_encode(command, bytes, sizeof bytes);

  enum status status = len == 0 ? STATUS_BAD_LENGTH : reader_transmit(reader, bytes, len, response);
  crypto_wipe(bytes, sizeof bytes);
  return status;
}
