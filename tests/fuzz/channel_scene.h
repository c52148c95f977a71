/* SPDX-License-Identifier: Apache-2.0
 * Cards inside a channel, at every point of their lives where that matters: made once, put back before each input. */
#ifndef EPURSE_TESTS_FUZZ_CHANNEL_SCENE_H
#define EPURSE_TESTS_FUZZ_CHANNEL_SCENE_H

#include "powered.h"

enum scene {
  SCENE_RAW,       /* SCP03, nothing done yet */
  SCENE_KEYS,      /* key pairs made: the world's, so that its certificates fit */
  SCENE_ALL_BUT_1, /* all stored but the card's SIG certificate: one more locks the card */
  SCENE_POS,       /* cardholder's cards from here on, inside SCP11a */
  SCENE_POS_PIN,   /* PIN verified */
  SCENE_POS_LAST_TRY,
  SCENE_POS_PREPARED,
  SCENE_POS_POINTS_PREPARED,
  SCENE_POS_COMMITTED,
  SCENE_RELOAD_PIN,
  SCENE_RELOAD_PREPARED,
  SCENE_DESK,
  SCENE_EXPIRED_POS,
  SCENE_EXPIRED_DESK,
  SCENE_COUNT
};

struct channel_scene {
  struct ram ram;
  struct card card;
  struct session session;
};

struct channel_stage {
  struct world world;
  struct powered live;
  struct session session; /* of the terminal with the live card */
  struct channel_scene scenes[SCENE_COUNT];
};

struct channel_stage *channel_stage_new(void);

/* Puts the live card, its memory and the session back to that point. */
void channel_stage_set(struct channel_stage *stage, enum scene scene);

/* The terminal that is at the other end in that scene; NULL: the desk with a raw card. */
const struct world_terminal *channel_stage_terminal(const struct channel_stage *stage, enum scene scene);

#endif
