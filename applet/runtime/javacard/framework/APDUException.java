/* SPDX-License-Identifier: Apache-2.0
 * The rules of receiving and sending were broken. */
package javacard.framework;

public class APDUException extends CardRuntimeException {
  public static final short ILLEGAL_USE = (short)1;
  public static final short BUFFER_BOUNDS = (short)2;
  public static final short BAD_LENGTH = (short)3;
  public static final short IO_ERROR = (short)4;
  public static final short NO_T0_GETRESPONSE = (short)0xAA;
  public static final short T1_IFD_ABORT = (short)0xAB;
  public static final short NO_T0_REISSUE = (short)0xAC;

  public APDUException(short reason) {
    super(reason);
  }

  public static void throwIt(short reason) {
    throw new APDUException(reason);
  }
}
