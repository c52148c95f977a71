/* SPDX-License-Identifier: Apache-2.0
 * What the steps of a group write on a payment's way, kept until it goes out together: one statement for each kind,
 * however many steps wrote. What would read it, or depends on it, has it sent before. */
#ifndef LEDGER_POSTGRES_QUEUE_H
#define LEDGER_POSTGRES_QUEUE_H

#include "postgres_pipe.h"

struct queue; /* of one connection */

/* What a row is of: a booking, a card, a terminal, a merchant or a reference, by its number. */
struct queue_place {
  int64_t key, card; /* card 0: no card's */
};

/* NULL: no memory. */
struct queue *queue_make(void);
void queue_free(struct queue *queue);

/* Of a transaction. */
void queue_begin(struct queue *queue);

/* Keeps a copy of the call where it can wait. False: it cannot, or not before all that waits was sent. */
bool queue_push(struct queue *queue, const struct store_call *call, struct queue_place *place);
/* A number of its own for each pair, or nearly so. */
int64_t queue_key_of_reference(int64_t merchant, const struct store_value *reference);
/* Whether what is kept must be sent before the call, since it may read it or depend on it. */
bool queue_concerns(const struct queue *queue, const struct store_call *call);
/* A call that is made: what it reads may be written by what is pushed later. */
void queue_note(struct queue *queue, const struct store_call *call);
/* Whether the call changes nothing. */
bool queue_reads(const struct store_call *call);

/* Whether rows wait. */
bool queue_waits(const struct queue *queue);
/* The place of the next row. */
size_t queue_count(const struct queue *queue);
/* Forgets the rows from that place on that were not sent. */
void queue_cut(struct queue *queue, size_t count);
/* Sends those before that place; nothing is waited for. Where all were, the next one's place is 0. */
enum status queue_send(struct queue *queue, struct pipe *pipe, size_t to) EPURSE_MUST_USE;

#endif
