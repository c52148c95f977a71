/* SPDX-License-Identifier: Apache-2.0
 * What an applet is: it is installed, selected, and processes commands. */
package javacard.framework;

public abstract class Applet {
  protected Applet() {
  }

  public static void install(byte[] bArray, short bOffset, byte bLength) throws ISOException {
    ISOException.throwIt(ISO7816.SW_FUNC_NOT_SUPPORTED);
  }

  public abstract void process(APDU apdu) throws ISOException;

  public boolean select() {
    return true;
  }

  public void deselect() {
  }

  public Shareable getShareableInterfaceObject(AID clientAID, byte parameter) {
    return null;
  }

  protected final void register() throws SystemException {
    throw new UnsupportedOperationException();
  }

  protected final void register(byte[] bArray, short bOffset, byte bLength) throws SystemException {
    throw new UnsupportedOperationException();
  }

  protected final boolean selectingApplet() {
    throw new UnsupportedOperationException();
  }
}
