/* SPDX-License-Identifier: Apache-2.0
 * What the files of the ZVT server share. All of it is the server's thread's. */
#ifndef EPURSE_REGISTER_ZVT_STATE_H
#define EPURSE_REGISTER_ZVT_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "epurse/till.h"
#include "listener.h"
#include "register_zvt.h"
#include "zvt/zvt_frame.h"

struct till_totals; /* till_journal.h */

#define ZVT_T3_MS        5000  /* for an answer, and for the rest of a frame that has begun */
#define ZVT_BEAT_MS      20000 /* so often a register that waits is told so: far within its T4 of 180 s */
#define ZVT_OPEN_MAX     16    /* sales that are begun and neither done nor over */
#define ZVT_RECEIPTS     9999  /* numbers of receipts go from 1 to this, and begin again */
#define ZVT_REVERSE_MS   120000
#define ZVT_BACK_SECONDS 5  /* for a card that has just paid */
#define ZVT_PASSWORD     3  /* bytes, of two digits each */
#define ZVT_WAIT_SECONDS 90 /* for a card: a register has no longer patience */

/* Results, and reasons of 06 1E (PA00P015, chapter "error messages"). */
enum zvt_code {
  ZVT_OK = 0x00,
  ZVT_DECLINED = 0x05,
  ZVT_PROCESSING = 0x66,
  ZVT_NOT_REGISTERED = 0x6B,
  ZVT_ABORTED = 0x6C,
  ZVT_CARD_LISTED = 0x6E,
  ZVT_WRONG_CURRENCY = 0x6F,
  ZVT_NO_CREDIT = 0x71,
  ZVT_CARD_FAILED = 0x72,
  ZVT_CARD_EXPIRED = 0x78,
  ZVT_CARD_UNKNOWN = 0x7A,
  ZVT_IMPOSSIBLE = 0x83,
  ZVT_PROTOCOL = 0x9A,
  ZVT_NOT_YET = 0x9C,
  ZVT_NOT_READY = 0xA0,
  ZVT_NO_CONNECTION = 0xA3,
  ZVT_REVERSED = 0xB4,
  ZVT_NO_REVERSAL = 0xB5,
  ZVT_DIAGNOSIS = 0xC2, /* the last transaction is done, and the register has not heard of it: 06 20 first */
  ZVT_ABOVE_LIMIT = 0xC3,
  ZVT_AMOUNT_BAD = 0xC8,
  ZVT_PRINTER = 0xCC,
  ZVT_READER = 0xE2,
  ZVT_NOT_EXECUTABLE = 0xEB,
  ZVT_PIN = 0xEC,
  ZVT_OPEN_BATCH = 0xF0,
  ZVT_SYSTEM = 0xFF /* also: it has begun, and only its card can bring it on */
};

/* Intermediate statuses, 04 FF. */
enum zvt_progress {
  ZVT_WATCH_PIN = 0x01,
  ZVT_ASKING = 0x04,
  ZVT_INSERT = 0x0A,
  ZVT_REMOVE = 0x0B,
  ZVT_WAIT = 0x0E,
  ZVT_WRONG_PIN = 0x15,
  ZVT_SENTENCE = 0xFF /* the text says */
};

/* Configuration byte of 06 00. */
enum zvt_config {
  ZVT_PRINTS_PAYMENTS = 0x02,
  ZVT_PRINTS_OFFICE = 0x04,
  ZVT_WANTS_PROGRESS = 0x08,
  ZVT_PRINTS_LINES = 0x80
};

/* One transaction as the register asked for it; what became of it is the till's to say, by the reference. */
struct zvt_entry {
  uint64_t number;     /* 1, 2, 3 ...; 0: none */
  enum till_kind kind; /* TILL_SALE, TILL_REFUND */
  int64_t amount;      /* minor units; 0: the whole of the sale */
  uint64_t sale;       /* of a refund: the sale's number; 0: the newest of the till */
  int64_t time;        /* unix seconds, when it began */
  bool told;           /* the register has acknowledged its end */
};

/* What must outlive the program. */
struct zvt_book {
  char path[1280];
  char series[17]; /* random, in every reference: a book that is lost never uses one again */
  uint64_t number; /* the newest */
  struct zvt_entry last, open[ZVT_OPEN_MAX];
  size_t open_count;
  bool registered, blocks; /* blocks: the register takes 06 D3 */
  uint8_t config;
  int64_t untold; /* the closing that is made, and of which the register has not heard all; 0: none */
};

struct zvt_line {
  int fd; /* -1: none */
  uint8_t in[ZVT_FRAME_MAX];
  size_t len, used; /* used: of the frame that was given out */
  int64_t begun;    /* when the frame that is not whole yet began, milliseconds */
};

struct register_zvt {
  struct till *till;
  const struct till_facts *facts;
  enum zvt_charset charset;
  struct register_zvt_options options;
  int listen_fd, till_fd, end_fd; /* the eventfds: the till has an event; the thread is to end */
  uint16_t port;
  pthread_t thread;
  bool started;
  atomic_bool stopping;
  struct zvt_line line;
  char peer[ADDRESS_TEXT_MAX];   /* who may come in; "": this machine alone reaches it */
  char cashier[CASHIER_MAX + 1]; /* in whose name it sells; "": nobody's */
  uint64_t cashier_mark;         /* of the code with which the register has registered; 0: with none */
  int newcomer;                  /* another register, that has not been heard yet; -1: none */
  struct zvt_book book;
};

/* Milliseconds of a clock that only goes on. */
int64_t zvt_now(void);

/* ---- zvt_book.c ---- */

/* Reads it, or begins a new one where there is none. STATUS_BAD_CONFIG: it is damaged; STATUS_CRYPTO_FAILED. */
enum status book_open(const char *path, struct zvt_book *book) EPURSE_MUST_USE;
/* Durable. STATUS_STORE_FAILED. */
enum status book_save(const struct zvt_book *book) EPURSE_MUST_USE;
/* Another series of references. STATUS_CRYPTO_FAILED. */
enum status book_renew(struct zvt_book *book) EPURSE_MUST_USE;
void book_reference(const struct zvt_book *book, uint64_t number, char reference[REFERENCE_MAX + 1]);
uint16_t book_receipt(uint64_t number);
/* The newest number of a receipt; 0: there was none. */
uint64_t book_find(const struct zvt_book *book, uint16_t receipt);
/* The one that is open for the same, taken out of the list; false: none is. */
bool book_take_open(struct zvt_book *book, const struct zvt_entry *wanted, struct zvt_entry *found);

/* ---- zvt_cashier.c ---- */

/* A password as its six digits. False: they are none. */
bool zvt_password(const uint8_t *data, size_t len, char digits[2 * ZVT_PASSWORD + 1]);
/* Takes the one that the options name. STATUS_BAD_CONFIG, with `problem`: nobody can be called so, or the terminal has
 * cashiers with codes, and none of that name. */
enum status zvt_cashier_open(struct register_zvt *zvt, char problem[256]) EPURSE_MUST_USE;
/* The register registers, by that one's code where cashiers have codes. Statuses of cashier_check. */
enum status zvt_cashier_enter(struct register_zvt *zvt, const uint8_t password[ZVT_PASSWORD]) EPURSE_MUST_USE;
/* Whether nothing more is to be asked of a cashier: there is none to be named, or the code that the register gave is
 * still that one's. */
bool zvt_cashier_known(const struct register_zvt *zvt);

/* ---- zvt_code.c ---- */

/* What a result is to a register. */
enum zvt_code code_of(const struct till_result *result);
enum zvt_code code_of_status(enum status status);
/* The 04 FF of an event; false: none. */
bool progress_of(const struct till_event *event, enum zvt_progress *progress);

/* ---- zvt_line.c ---- */

enum zvt_wake {
  WAKE_TIME,  /* so long nothing came */
  WAKE_FRAME, /* the line may have bytes */
  WAKE_TILL,  /* the till may have events */
  WAKE_END    /* the thread is to end */
};

/* Waits at most so long. A register that comes meanwhile is refused once it speaks if `busy`, else it is the new
 * line. */
enum zvt_wake line_wait(struct register_zvt *zvt, bool busy, int milliseconds);
/* The next whole frame, good until the next call; false: none yet, or the line is lost (then closed). */
bool line_next(struct register_zvt *zvt, struct zvt_frame *frame);
/* Sends; the line is closed where that fails. */
void line_send(struct register_zvt *zvt, uint8_t class, uint8_t instruction, const uint8_t *data, size_t len);
bool line_open(const struct register_zvt *zvt);
void line_close(struct register_zvt *zvt, const char *why);
/* What is not wanted now: an abort is acknowledged, anything else refused. True: it was an abort. */
bool line_put_off(struct register_zvt *zvt, const struct zvt_frame *frame);
/* Sends and waits for the acknowledgement. True: it came, or a refusal, *code (ZVT_OK: none); false: the line is
 * lost. */
bool line_deliver(struct register_zvt *zvt, uint8_t class, uint8_t instruction, const struct bytes_writer *data,
                  uint8_t *code);

/* ---- zvt_tell.c ---- */

void tell_done(struct register_zvt *zvt);
void tell_abort(struct register_zvt *zvt, enum zvt_code code);
/* Without waiting for its acknowledgement. `text` NULL: none. */
void tell_progress(struct register_zvt *zvt, enum zvt_progress progress, const char *text);
/* The 04 0F of a transaction. True: the register has it; *refused: its 84's code, ZVT_OK where it took it. */
bool tell_result(struct register_zvt *zvt, const struct zvt_entry *entry, const struct till_result *result,
                 uint8_t *refused);
/* The 04 0F of totals. */
bool tell_totals(struct register_zvt *zvt, const struct till_totals *totals);
/* Lines of a receipt, where the register prints such ones. */
void tell_receipt(struct register_zvt *zvt, const struct zvt_entry *entry, const struct till_result *result);
/* `note` (NULL: none): lines below the head. */
void tell_office(struct register_zvt *zvt, const char *title, const struct till_totals *totals, const char *note);

/* ---- zvt_sale.c ---- */

void sale_pay(struct register_zvt *zvt, const struct zvt_frame *frame);     /* 06 01 */
void sale_repeat(struct register_zvt *zvt, const struct zvt_frame *frame);  /* 06 20 */
void sale_reverse(struct register_zvt *zvt, const struct zvt_frame *frame); /* 06 30 */
void sale_refund(struct register_zvt *zvt, const struct zvt_frame *frame);  /* 06 31 */
/* Reads password and fields, and acknowledges; false: malformed, and refused. */
bool sale_accept(struct register_zvt *zvt, const struct zvt_frame *frame, size_t password, struct zvt_fields *fields);

/* ---- zvt_office.c ---- */

void office_register(struct register_zvt *zvt, const struct zvt_frame *frame);   /* 06 00 */
void office_log_off(struct register_zvt *zvt, const struct zvt_frame *frame);    /* 06 02 */
void office_totals(struct register_zvt *zvt, const struct zvt_frame *frame);     /* 06 10 */
void office_end_of_day(struct register_zvt *zvt, const struct zvt_frame *frame); /* 06 50 */
void office_diagnosis(struct register_zvt *zvt, const struct zvt_frame *frame);  /* 06 70 */

#endif
