/* SPDX-License-Identifier: Apache-2.0
 * The reader's messages over a socket that is connected already: for src/vcard/ and its tests. */
#ifndef EPURSE_VCARD_VPCD_LINE_H
#define EPURSE_VCARD_VPCD_LINE_H

#include "epurse/vpcd.h"

/* Takes over a connected stream socket as the line to the reader; the one before is closed. */
void vpcd_attach(struct vpcd *vpcd, int fd);

/* Takes in what is there of one message, without waiting, and answers it once it is whole. False: the line is closed,
 * by the reader or because the card does not answer. */
bool vpcd_step(struct vpcd *vpcd);

#endif
