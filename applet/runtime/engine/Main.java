/* SPDX-License-Identifier: Apache-2.0
 * Runs an applet for tests: checks its class files, installs it into a file, puts it into vpcd's reader, or onto a pipe. */
package engine;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public final class Main {
  private static final String USAGE =
      "usage: engine.Main check CLASSES\n"
      + "       engine.Main new FILE CLASSES APPLET AID PARAMETERS [SETTING=NUMBER]...\n"
      + "       engine.Main run FILE CLASSES [HOST PORT]\n"
      + "       engine.Main pipe CLASSES APPLET AID\n"
      + "       engine.Main cap CLASSES AID FILE\n"
      + "       engine.Main size CLASSES\n"
      + "       engine.Main stack CLASSES\n"
      + "Settings: t0, cmac, transient-ec, commit, transient, buffer, block, transactions. AID and PARAMETERS are"
      + " hexadecimal.\n";

  private Main() {
  }

  static byte[] hex(String digits) {
    byte[] bytes = new byte[digits.length() / 2];
    for (int i = 0; i < bytes.length; i++)
      bytes[i] = (byte)Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
    return bytes;
  }

  private static Policy policy(String[] arguments, int from) {
    Policy policy = new Policy();
    Map<String, Integer> settings = new HashMap<>();
    for (int i = from; i < arguments.length; i++)
      settings.put(arguments[i].split("=")[0], Integer.parseInt(arguments[i].split("=")[1]));
    policy.protocol = (byte)(settings.getOrDefault("t0", 0) != 0 ? 0 : 1);
    policy.cmac = settings.getOrDefault("cmac", 0) != 0;
    policy.transientEcKeys = settings.getOrDefault("transient-ec", 0) != 0;
    policy.commitBuffer = settings.getOrDefault("commit", policy.commitBuffer);
    policy.transientBytes = settings.getOrDefault("transient", policy.transientBytes);
    policy.apduBuffer = settings.getOrDefault("buffer", policy.apduBuffer);
    policy.incomingBlock = settings.getOrDefault("block", policy.incomingBlock);
    policy.transactions = settings.getOrDefault("transactions", 1) != 0;
    return policy;
  }

  private static int check(Path classes) throws Exception {
    List<String> faults = ClassFile.check(classes);
    faults.forEach(System.out::println);
    return faults.isEmpty() ? 0 : 1;
  }

  private static int make(String[] arguments) throws Exception {
    Device device = new Device(policy(arguments, 6));
    Class<?> applet = new Loader(Paths.get(arguments[2])).loadClass(arguments[3]);
    int sw = device.install(applet, hex(arguments[4]), hex(arguments[5])) & 0xFFFF;
    if (sw != 0x9000) {
      System.err.printf("the installation failed: %04X %s%n", sw, device.uncaught());
      return 1;
    }
    Image.save(device, Paths.get(arguments[1]));
    return 0;
  }

  private static int run(String[] arguments) throws Exception {
    Path file = Paths.get(arguments[1]);
    Device device = Image.load(file, new Loader(Paths.get(arguments[2])));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.print(device.tally)));
    new Vpcd(device, file)
        .serve(arguments.length > 3 ? arguments[3] : "localhost",
               arguments.length > 4 ? Integer.parseInt(arguments[4]) : 35963);
    return 0;
  }

  private static int pipe(String[] arguments) throws Exception {
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
    new Pipe(Paths.get(arguments[1]), arguments[2], hex(arguments[3])).serve(in, out);
    return 0;
  }

  private static int cap(String[] arguments) throws Exception {
    new LoadFile(Paths.get(arguments[1]), hex(arguments[2])).write(Paths.get(arguments[3]));
    return 0;
  }

  /* Bytes of bytecode, without tables. */
  private static int size(Path classes) throws Exception {
    int sum = 0;
    for (Path file : Bytecode.files(classes))
      sum += Bytecode.of(Files.readAllBytes(file)).length;
    System.out.println(sum);
    return 0;
  }

  /* How deep its calls go, and the words of operands and locals that takes. */
  private static int stack(Path classes) throws Exception {
    int[] most = ClassFile.stack(classes);
    System.out.printf("%d %d%n", most[0], most[1]);
    return 0;
  }

  private static int verb(String[] arguments) throws Exception {
    String verb = arguments.length > 0 ? arguments[0] : "";
    if (verb.equals("check") && arguments.length == 2)
      return check(Paths.get(arguments[1]));
    if (verb.equals("new") && arguments.length >= 6)
      return make(arguments);
    if (verb.equals("run") && arguments.length >= 3)
      return run(arguments);
    if (verb.equals("pipe") && arguments.length == 4)
      return pipe(arguments);
    if (verb.equals("cap") && arguments.length == 4)
      return cap(arguments);
    if (verb.equals("size") && arguments.length == 2)
      return size(Paths.get(arguments[1]));
    if (verb.equals("stack") && arguments.length == 2)
      return stack(Paths.get(arguments[1]));
    System.err.print(USAGE);
    return 64;
  }

  public static void main(String[] arguments) throws Exception {
    try {
      System.exit(verb(arguments));
    } catch (Violation e) {
      e.printStackTrace();
      System.exit(70);
    }
  }
}
