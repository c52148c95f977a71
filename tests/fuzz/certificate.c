/* SPDX-License-Identifier: Apache-2.0
 * Certificates that cards read: what is decoded can be issued again, and comes out the same but for the signature. */
#include <stdlib.h>
#include <string.h>

#include "target.h"
#include "world.h"

static void *open_world(void) {
  struct world *world = malloc(sizeof *world);
  fuzz_require(world != NULL);
  world_make(world);
  return world;
}

/* Under each authority; none but the signer's accepts it, whatever the role. */
static void verify(const struct world *world, const struct certificate *certificate) {
  const struct world_key *const authorities[] = {&world->master, &world->card_ca, &world->terminal_ca};
  unsigned accepted = 0;
  for (size_t i = 0; i < sizeof authorities / sizeof authorities[0]; i++) {
    const struct certificate_check check = {.ca_public = authorities[i]->point, .role = certificate->role};
    accepted += certificate_verify(certificate, &check) == STATUS_OK;
  }
  fuzz_require(accepted <= 1);
}

static void issue_again(const struct world *world, const struct certificate *certificate, const uint8_t *data,
                        size_t len) {
  const struct certificate_check check = {.ca_public = world->card_ca.point, .role = certificate->role};
  struct certificate again;
  struct world_paper paper;
  world_issue(certificate, &world->card_ca, &paper);
  fuzz_require(paper.len == len && memcmp(paper.bytes, data, len - CRYPTO_SIGNATURE_SIZE) == 0);
  fuzz_require(certificate_decode(paper.bytes, paper.len, &again) == STATUS_OK);
  fuzz_require(certificate_verify(&again, &check) == STATUS_OK);
}

static bool take(void *context, const uint8_t *data, size_t len) {
  const struct world *world = context;
  struct certificate certificate;
  if (certificate_decode(data, len, &certificate) != STATUS_OK)
    return false;
  fuzz_require(certificate.signed_part > data && certificate.signed_len < len);
  verify(world, &certificate);
  issue_again(world, &certificate, data, len);
  return true;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  const struct world *world = context;
  const struct world_paper *const papers[] = {&world->card_ca_paper, &world->server_paper, &world->card_ecka_paper,
                                              &world->card_sig_paper, &world->pos.paper};
  for (size_t i = 0; i < sizeof papers / sizeof papers[0]; i++)
    fuzz_seed(sink, papers[i]->bytes, papers[i]->len);
}

const struct fuzz_target fuzz_certificate = {
    .name = "certificate", .open = open_world, .close = free, .take = take, .seeds = seeds};
