/* SPDX-License-Identifier: Apache-2.0
 * What an applet is: it is installed, selected, and processes commands. */
package javacard.framework;

import engine.Device;
import java.io.Serializable;

public abstract class Applet implements Serializable {
  private static final long serialVersionUID = 1;

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
    Device.now().register(this, Device.now().installName());
  }

  protected final void register(byte[] bArray, short bOffset, byte bLength) throws SystemException {
    if (bLength < 5 || bLength > 16)
      SystemException.throwIt(SystemException.ILLEGAL_VALUE);
    byte[] name = new byte[bLength];
    System.arraycopy(bArray, bOffset, name, 0, bLength);
    Device.now().register(this, name);
  }

  protected final boolean selectingApplet() {
    return Device.now().selecting();
  }
}
