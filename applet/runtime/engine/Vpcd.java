/* SPDX-License-Identifier: Apache-2.0
 * The device in vsmartcard's reader (virtualsmartcard/doc/api.txt), under a real pcscd. */
package engine;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import javacard.framework.APDU;

final class Vpcd implements Device.Link {
  private static final int OFF = 0, ON = 1, RESET = 2, ATR = 4;
  private static final int PAUSE = 50;

  private final Device device;
  private final Path file;
  private DataInputStream in;
  private DataOutputStream out;

  Vpcd(Device device, Path file) {
    this.device = device;
    this.file = file;
    device.link = this;
  }

  /* Never comes back but by an exception of the file's. The reader may come and go. */
  void serve(String host, int port) throws IOException, InterruptedException {
    for (;;) {
      try (Socket socket = new Socket(host, port)) {
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        serveReader();
      } catch (java.net.SocketException | java.io.EOFException e) {
        Thread.sleep(PAUSE);
      }
    }
  }

  private void serveReader() throws IOException {
    for (byte[] message = read();; message = device.pending()) {
      if (message == null)
        message = read();
      if (message.length == 1)
        obey(message[0]);
      else
        answer(message);
    }
  }

  private byte[] read() throws IOException {
    byte[] message = new byte[in.readUnsignedShort()];
    in.readFully(message);
    return message;
  }

  private void write(byte[] message) throws IOException {
    out.writeShort(message.length);
    out.write(message);
    out.flush();
  }

  private void obey(int order) throws IOException {
    if (order == ON || order == RESET || order == OFF)
      device.powerOn();
    else if (order == ATR)
      write(atr());
  }

  /* What was changed is in the file before anybody hears of it. */
  private void answer(byte[] command) throws IOException {
    int steps = device.memory.steps();
    byte[] answer = device.process(command);
    if (device.memory.steps() != steps)
      Image.save(device, file);
    if (answer != null)
      write(answer);
  }

  /* The reader's next command while one is not over; anything else than a command is the loss of power. */
  @Override
  public byte[] next(byte[] answer) {
    try {
      write(answer);
      for (byte[] next = read(); next.length > 1 || next[0] == ATR; next = read()) {
        if (next.length > 1)
          return next;
        write(atr());
      }
    } catch (IOException e) {
      /* the reader is gone, and the power with it */
    }
    device.memory.die();
    return null;
  }

  /* As the virtual card's (src/vcard/vpcd.c); over T=0 without TD1, and so without TCK. */
  private byte[] atr() {
    byte[] history = {(byte)0x80, 0x56, 'E', 'P', 'U', 'R', 'S', 'E'};
    boolean t0 = device.policy.protocol == APDU.PROTOCOL_T0;
    byte[] atr = new byte[t0 ? 10 : 12];
    atr[0] = 0x3B;
    atr[1] = (byte)(t0 ? 0x08 : 0x88);
    atr[2] = 0x01;
    System.arraycopy(history, 0, atr, t0 ? 2 : 3, history.length);
    for (int i = 1; i < 11 && !t0; i++)
      atr[11] ^= atr[i];
    return atr;
  }
}
