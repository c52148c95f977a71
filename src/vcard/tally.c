/* SPDX-License-Identifier: Apache-2.0
 * What a virtual card did, per command, so that the time of a real card can be computed from it. */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "epurse/vcard.h"

struct tally {
  size_t count;              /* of commands in the card's table */
  struct vcard_tally *row;   /* the one that counts now */
  struct vcard_tally rows[]; /* as the table, then two more */
};

#define ROW_UNKNOWN(tally)  (&(tally)->rows[(tally)->count])
#define ROW_POWER_ON(tally) (&(tally)->rows[(tally)->count + 1])

enum status tally_new(struct tally **tally) {
  size_t count = 0;
  (void)card_commands(&count);
  *tally = calloc(1, sizeof **tally + (count + 2) * sizeof(struct vcard_tally));
  if (*tally == NULL)
    return STATUS_NO_MEMORY;
  (*tally)->count = count;
  (*tally)->row = ROW_POWER_ON(*tally);
  return STATUS_OK;
}

void tally_free(struct tally **tally) {
  free(*tally);
  *tally = NULL;
}

/* As the card looks a command up: clear rows want the class as it stands, those of a channel without CLA_SECURE. */
static bool row_fits(const struct card_command *row, const uint8_t *header) {
  uint8_t cla = row->channel == CHANNEL_NONE ? header[0] : (uint8_t)(header[0] & ~CLA_SECURE);
  return row->cla == cla && row->ins == header[1] && (header[2] & row->p1_mask) == row->p1 &&
         (header[3] & row->p2_mask) == row->p2;
}

/* A name can stand in several rows of the table; the first of them counts for all. */
static size_t first_of_name(const struct card_command *commands, size_t at) {
  size_t first = 0;
  while (strcmp(commands[first].name, commands[at].name) != 0)
    first++;
  return first;
}

/* The row of a command, or the count of rows. */
static size_t row_of(const uint8_t *command, size_t len) {
  size_t count = 0;
  const struct card_command *commands = card_commands(&count);
  for (size_t i = 0; i < count && len >= APDU_HEADER_SIZE; i++)
    if (row_fits(&commands[i], command))
      return first_of_name(commands, i);
  return count;
}

void tally_begin(struct tally *tally, const uint8_t *command, size_t len) {
  tally->row = &tally->rows[row_of(command, len)];
  tally->row->commands++;
  tally->row->bytes_in += (uint32_t)len;
  crypto_tally_attach(&tally->row->crypto);
}

void tally_end(struct tally *tally, size_t answer_len) {
  crypto_tally_attach(NULL);
  tally->row->bytes_out += (uint32_t)answer_len;
  tally->row = ROW_POWER_ON(tally);
}

void tally_write(struct tally *tally) {
  tally->row->writes++;
}

void tally_commit(struct tally *tally) {
  tally->row->commits++;
}

static void tally_add(struct vcard_tally *sum, const struct vcard_tally *row) {
  sum->crypto.signatures += row->crypto.signatures;
  sum->crypto.verifications += row->crypto.verifications;
  sum->crypto.key_pairs += row->crypto.key_pairs;
  sum->crypto.agreements += row->crypto.agreements;
  sum->crypto.aes_blocks += row->crypto.aes_blocks;
  sum->crypto.aes_keys += row->crypto.aes_keys;
  sum->crypto.hashes += row->crypto.hashes;
  sum->commands += row->commands;
  sum->writes += row->writes;
  sum->commits += row->commits;
  sum->bytes_in += row->bytes_in;
  sum->bytes_out += row->bytes_out;
}

void tally_total(const struct tally *tally, struct vcard_tally *total) {
  memset(total, 0, sizeof *total);
  for (size_t i = 0; i < tally->count + 2; i++)
    tally_add(total, &tally->rows[i]);
}

void tally_reset(struct tally *tally) {
  memset(tally->rows, 0, (tally->count + 2) * sizeof tally->rows[0]);
}

static void row_print(const char *name, const struct vcard_tally *row, FILE *out) {
  if (row->commands + row->writes + row->commits == 0)
    return;
  fprintf(out, "%-28s %6u %5u %6u %5u %5u %6u %6u %6u %7u %8u %8u\n", name, row->commands, row->crypto.signatures,
          row->crypto.verifications, row->crypto.key_pairs, row->crypto.agreements, row->crypto.aes_blocks,
          row->crypto.hashes, row->writes, row->commits, row->bytes_in, row->bytes_out);
}

void tally_print(const struct tally *tally, FILE *out) {
  size_t count = 0;
  const struct card_command *commands = card_commands(&count);
  fprintf(out, "%-28s %6s %5s %6s %5s %5s %6s %6s %6s %7s %8s %8s\n", "command", "times", "sign", "verify", "pairs",
          "agree", "aes", "hash", "writes", "commits", "in", "out");
  for (size_t i = 0; i < count; i++)
    row_print(commands[i].name, &tally->rows[i], out);
  row_print("(unknown)", ROW_UNKNOWN(tally), out);
  row_print("(power on)", ROW_POWER_ON(tally), out);
  struct vcard_tally total;
  tally_total(tally, &total);
  row_print("total", &total, out);
  fflush(out);
}
