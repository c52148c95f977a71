/* SPDX-License-Identifier: Apache-2.0
 * What the installation answers, on chips that suit the applet and on such as do not. */
package bridge;

import engine.Device;
import engine.Loader;
import engine.Policy;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.function.Consumer;

public final class Installation {
  private static final byte[] NAME = {(byte)0xF0, 0x45, 0x50, 0x55, 0x52, 0x53, 0x45, 0x01};
  private static final int PARAMETERS_SIZE = 25, TRANSIENT_AIM = 1024;

  private final Class<?> applet;
  private int count, failed;

  private Installation(Class<?> applet) {
    this.applet = applet;
  }

  private static byte[] parameters(int version, int size) {
    byte[] parameters = new byte[PARAMETERS_SIZE];
    parameters[0] = (byte)version;
    return Arrays.copyOf(parameters, size);
  }

  private void answers(int wanted, String text, byte[] parameters, Consumer<Policy> chip) {
    Policy policy = new Policy();
    chip.accept(policy);
    int sw = new Device(policy).install(applet, NAME, parameters) & 0xFFFF;
    if (sw != wanted)
      failed++;
    System.out.printf("%sok %d - %s: %04X%n", sw == wanted ? "" : "not ", ++count, text, sw);
  }

  public static void main(String[] arguments) throws Exception {
    Installation test = new Installation(new Loader(Paths.get(arguments[0])).loadClass("epurse.PurseApplet"));
    byte[] good = parameters(1, PARAMETERS_SIZE);
    test.answers(0x9000, "the least chip, with as little transient memory as we aim at", good,
                 chip -> chip.transientBytes = TRANSIENT_AIM);
    test.answers(0x9000, "a newer chip", good, chip -> chip.cmac = chip.transientEcKeys = true);
    test.answers(0x6A80, "parameters of another version", parameters(2, PARAMETERS_SIZE), chip -> {});
    test.answers(0x6A80, "parameters cut short", parameters(1, PARAMETERS_SIZE - 1), chip -> {});
    test.answers(0x6A80, "no parameters", new byte[0], chip -> {});
    test.answers(0x6A81, "a chip without elliptic curves", good, chip -> chip.ellipticCurves = false);
    test.answers(0x6A84, "a chip with too little transient memory", good, chip -> chip.transientBytes = 512);
    System.out.println("1.." + test.count);
    System.exit(test.failed == 0 ? 0 : 1);
  }
}
