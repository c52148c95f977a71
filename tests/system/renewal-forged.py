#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A request for a terminal's renewal, sealed by a key that the server's TLS key has certified: renewal.test's thief.

renewal-forged.py WORLD PASSPHRASE REQUEST: writes what the ledger keeps of it; the terminal's own REQUEST says what is asked.
"""
import base64
import json
import subprocess
import sys


def openssl(*arguments, data=None):
    return subprocess.run(("openssl",) + arguments, input=data, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(der):
    """r and s, 32 bytes each, out of a sequence of two integers."""
    numbers, at = [], 2
    for _ in range(2):
        length = der[at + 1]
        numbers.append(int.from_bytes(der[at + 2 : at + 2 + length], "big").to_bytes(32, "big"))
        at += 2 + length
    return b"".join(numbers)


world, passphrase, request = sys.argv[1:]
key, wish, extensions = world + "/thief.key", world + "/thief.csr", world + "/thief.ext"
openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
openssl("req", "-new", "-key", key, "-subj", "/OU=pos/O=BAKERY/CN=POS00001", "-out", wish)
with open(extensions, "w") as file:
    file.write("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n")
own = openssl("x509", "-req", "-in", wish, "-CA", world + "/issuer/tls.crt", "-CAkey", world + "/issuer/tls.key",
              "-passin", "pass:" + passphrase, "-days", "30", "-set_serial", "7", "-extfile", extensions)
with open(world + "/issuer/tls.crt", "rb") as file:
    chain = own + file.read()
with open(request) as file:
    sealed = json.load(file)["signed"].rsplit(".", 1)[0]
signature = raw(openssl("dgst", "-sha256", "-sign", key, data=sealed.encode()))
print(json.dumps({"certificates": encoded(chain), "signed": sealed + "." + encoded(signature)}))
