/* SPDX-License-Identifier: Apache-2.0
 * An applet's own exception. */
package javacard.framework;

public class UserException extends CardException {

  public UserException(short reason) {
    super(reason);
  }

  public static void throwIt(short reason) throws UserException {
    throw new UserException(reason);
  }
}
