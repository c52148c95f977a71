/* SPDX-License-Identifier: Apache-2.0
 * The purse as a Java Card knows it: installed once, then commands in and answers out. */
package epurse;

import javacard.framework.APDU;
import javacard.framework.Applet;
import javacard.framework.ISOException;
import javacard.framework.SystemException;
import javacard.security.CryptoException;

public final class PurseApplet extends Applet {
  /* Installation parameters: version of their form 1, chip serial 8, transport key 16. */
  private static final byte PARAMETERS_VERSION = 1;
  private static final short SERIAL = 1;
  private static final short TRANSPORT_KEY = SERIAL + Memory.SERIAL_SIZE;
  private static final short PARAMETERS_SIZE = TRANSPORT_KEY + Memory.KEY_SIZE;

  private final Card card;

  private PurseApplet(byte[] parameters, short at) {
    card = new Card(parameters, (short)(at + SERIAL), (short)(at + TRANSPORT_KEY));
  }

  /* Where the field behind this one begins: each is a length byte and its bytes. */
  private static short behind(byte[] data, short at) {
    return (short)(at + 1 + (data[at] & 0xFF));
  }

  /* `data`: length and instance AID, length and control information, length and installation parameters. 6A80: other
   * parameters; 6A81: the chip lacks an algorithm; 6A84: it lacks memory. */
  public static void install(byte[] data, short offset, byte length) throws ISOException {
    short at = behind(data, behind(data, offset));
    if ((data[at] & 0xFF) != PARAMETERS_SIZE || data[(short)(at + 1)] != PARAMETERS_VERSION)
      ISOException.throwIt(Sw.WRONG_DATA);
    PurseApplet applet = null;
    try {
      applet = new PurseApplet(data, (short)(at + 1));
    } catch (CryptoException lacksIt) {
      ISOException.throwIt(Sw.FUNCTION_UNSUPPORTED);
    } catch (SystemException lacksRoom) {
      ISOException.throwIt(Sw.NOT_ENOUGH_MEMORY);
    }
    applet.register(data, (short)(offset + 1), data[offset]);
  }

  public void process(APDU apdu) throws ISOException {
    try {
      card.command.receive(apdu);
      short sw = card.respond();
      if (Sw.hasData(sw) && card.answer.length() > 0)
        card.answer.send(apdu);
      if (sw != Sw.OK)
        ISOException.throwIt(sw);
    } finally {
      card.wipe();
    }
  }
}
