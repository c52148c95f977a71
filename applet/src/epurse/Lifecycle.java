/* SPDX-License-Identifier: Apache-2.0
 * Time as the server signs it, expiry, APPLICATION BLOCK, and a try that was the last one. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.Util;

final class Lifecycle {
  /* In a block order's data, behind tag and length. */
  private static final short CID = Command.DATA + 3 + 1;
  private static final short TIME = Command.DATA + 3 + 9;
  private static final short KEY_VERSION = Command.DATA + 3 + 16;

  private final Card card;
  private final Memory memory;

  Lifecycle(Card card) {
    this.card = card;
    memory = card.memory;
  }

  /* Inside a transaction: time that the server has signed, where it is later than what the card has seen. */
  void noteTime(byte[] data, short at) {
    if (Unsigned.compare(data, at, memory.latestTime, (short)0, Moment.SIZE) > 0)
      Memory.set(memory.latestTime, data, at);
  }

  /* Inside a transaction: the slot's end without effect, r forgotten. */
  void abortSlot() {
    memory.slotState = Memory.ABORTED;
    Memory.clear(memory.slotSecret);
  }

  /* At SELECT. The power went between the last try and its verdict: the verdict is that there is no try left. */
  void settle() {
    if (memory.state == Memory.PERSONALISED && memory.pinTriesLeft == 0)
      memory.state = Memory.BLOCKED;
  }

  /* Any terminal may deliver it; what counts is the server's signature over this card's number. */
  short block() {
    byte[] data = card.command.bytes;
    if (!Record.fits(data, Command.DATA, Record.TAG_BLOCK_ORDER, Record.BLOCK_ORDER_BODY_SIZE) ||
        !Moment.valid(data, TIME) ||
        Util.arrayCompare(data, CID, memory.parameters(), Memory.CID, Memory.CID_SIZE) != 0)
      return Sw.WRONG_DATA;
    short sw = card.issuerKey.checkOrder(data[KEY_VERSION], (short)(3 + Record.BLOCK_ORDER_BODY_SIZE));
    if (sw != Sw.OK)
      return sw;
    JCSystem.beginTransaction();
    noteTime(data, TIME);
    memory.state = Memory.BLOCKED;
    JCSystem.commitTransaction();
    return Sw.OK;
  }
}
