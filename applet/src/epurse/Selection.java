/* SPDX-License-Identifier: Apache-2.0
 * SELECT with its FCI, and GET DATA: certificates and the card's particulars. */
package epurse;

import javacard.framework.Util;

final class Selection {
  private static final byte[] AID = {(byte)0xF0, 0x45, 0x50, 0x55, 0x52, 0x53, 0x45, 0x01};
  private static final short FCI_STATE = 14;
  private static final byte[] FCI = {0x6F, 0x14, (byte)0x84, 0x08, (byte)0xF0, 0x45, 0x50, 0x55, 0x52, 0x53, 0x45,
                                     0x01, (byte)0x8A, 0x01, 0x00, (byte)0xA5, 0x05, (byte)0x9F, 0x08, 0x02, 0x00, 0x02};
  private static final byte[] KEY_REFERENCE = {(byte)0xA6, 0x04, (byte)0x83, 0x02, 0x11, 0x01};
  private static final byte PARTICULARS_VERSION = 2;

  private final Card card;
  private final Memory memory;
  private final Command command;
  private final Answer answer;

  Selection(Card card) {
    this.card = card;
    memory = card.memory;
    command = card.command;
    answer = card.answer;
  }

  private boolean dataIs(byte[] what) {
    return command.lc() == (short)what.length &&
           Util.arrayCompare(command.bytes, Command.DATA, what, (short)0, (short)what.length) == 0;
  }

  /* Another name ends the session, but leaves selected what was: GPC v2.3.1 6.4.2. */
  short select() {
    card.channel.close();
    if (!dataIs(AID))
      return Sw.NOT_OUR_FILE;
    card.lifecycle.settle();
    answer.set(FCI, (short)0, (short)FCI.length);
    answer.bytes[FCI_STATE] = memory.state;
    if (memory.state == Memory.BLOCKED)
      return Sw.BLOCKED;
    return memory.state == Memory.EXPIRED ? Sw.EXPIRED : Sw.OK;
  }

  private short certificate(byte grouping) {
    byte[] certificate = memory.grouping(grouping);
    answer.set(certificate, (short)0, Certificate.size(certificate, (short)0));
    return Sw.OK;
  }

  /* The host may name the key whose certificate it wants (GPC Amd F 6.1); there is one. */
  short getCardCertificate() {
    if (command.lc() != 0 && !dataIs(KEY_REFERENCE))
      return Sw.DATA_NOT_FOUND;
    return certificate(Memory.CARD_ECKA);
  }

  short getSigCertificate() {
    return certificate(Memory.CARD_SIG);
  }

  short getParticulars() {
    byte[] parameters = memory.parameters();
    byte[] bytes = answer.bytes;
    bytes[0] = PARTICULARS_VERSION;
    bytes[1] = memory.state;
    short at = answer.put((short)2, parameters, Memory.CID, Memory.CID_SIZE);
    at = answer.put(at, memory.serial);
    at = answer.put(at, parameters, Memory.EXPIRY, (short)(Memory.TIME - Memory.EXPIRY)); /* currency, ceilings */
    at = answer.put(at, memory.atc);
    bytes[at++] = memory.pinTriesLeft;
    at = answer.put(at, memory.latestTime);
    bytes[at++] = memory.grouping(Memory.MASTER_KEY)[IssuerKey.VERSION];
    bytes[at++] = memory.grouping(Memory.TERMINAL_CA)[IssuerKey.VERSION];
    bytes[at++] = memory.grouping(Memory.SERVER)[IssuerKey.VERSION];
    at = answer.put(at, parameters, Memory.OFFLINE_SINGLE, (short)(Memory.PARAMETERS_SIZE - Memory.OFFLINE_SINGLE));
    at = Util.setShort(bytes, at, memory.pinChanges);
    bytes[at++] = memory.terminalCaLeast;
    bytes[at++] = memory.serverLeast;
    answer.setLength(at);
    return Sw.OK;
  }
}
