/* SPDX-License-Identifier: Apache-2.0
 * How strict and how small the device is: the least of all cards that the applet is meant for. */
package engine;

import java.io.Serializable;

public final class Policy implements Serializable {
  private static final long serialVersionUID = 1;

  /* Bytes that one transaction may take, and what each entry costs beside its data: the applet's own budget, of the 384 of the
   * least card. */
  public int commitBuffer = 300;
  public int commitOverhead = 8;
  /* Bytes of transient memory of both kinds together, transient keys too: its own budget again, of the 1,400 of the least. */
  public int transientBytes = 1024;
  /* 5 + IFSC: 133 to 261. */
  public int apduBuffer = 261;
  /* The largest piece in which T=1 hands over the data of a command. */
  public int incomingBlock = 254;
  /* javacard.framework.APDU.PROTOCOL_T0 or _T1. */
  public byte protocol = 1;
  /* What newer or better cards have. */
  public boolean cmac = false;
  public boolean transientEcKeys = false;
  /* False: a card that is sold without elliptic curves. */
  public boolean ellipticCurves = true;
  /* False: a negative control. A transaction then protects nothing, as with stock simulators. */
  public boolean transactions = true;
}
